import type { NextConfig } from 'next';
import { withSmartCache } from 'next-smart-cache/config';

const nextConfig: NextConfig = {
  // This app lies inside another package with a lockfile of its own; Next would take that one for the root.
  turbopack: { root: import.meta.dirname },
};

export default withSmartCache(nextConfig);
