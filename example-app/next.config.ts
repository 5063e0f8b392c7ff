import type { NextConfig } from 'next';
import { withSmartCache } from 'next-smart-cache/config';

const nextConfig: NextConfig = {
  // The folder above has a lockfile too, and Next would take that folder for the root.
  turbopack: { root: import.meta.dirname },
};

export default withSmartCache(nextConfig, { precompress: true });
