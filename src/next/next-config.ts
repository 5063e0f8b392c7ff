import type { NextConfig } from 'next';

/** What a `next.config` may export. */
export type NextConfigFunction = (phase: string, context: { defaultConfig: NextConfig }) => NextConfig | Promise<NextConfig>;
export type NextConfigExport = NextConfig | NextConfigFunction;

type Rewrites = NonNullable<NextConfig['rewrites']>;
export type RewritesResult = Awaited<ReturnType<Rewrites>>;

/** `adapterPath`, which was experimental before Next 16.2. */
export function adapterPathOf(config: NextConfig): string | undefined {
  const experimental: object = config.experimental ?? {};
  const adapterPath: unknown = config.adapterPath ?? ('adapterPath' in experimental ? experimental.adapterPath : undefined);
  return typeof adapterPath === 'string' ? adapterPath : undefined;
}
