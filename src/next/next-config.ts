import type { NextConfig } from 'next';

/** What a `next.config` may export. */
export type NextConfigFunction = (phase: string, context: { defaultConfig: NextConfig }) => NextConfig | Promise<NextConfig>;
export type NextConfigExport = NextConfig | NextConfigFunction;

type Rewrites = NonNullable<NextConfig['rewrites']>;
export type RewritesResult = Awaited<ReturnType<Rewrites>>;
