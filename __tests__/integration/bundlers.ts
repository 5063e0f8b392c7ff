import { NEXT_VERSIONS, type NextLine } from '../support/installed-next';

/** The flag that makes `next build` and `next dev` of a version use a bundler; none for its default. */
export function bundlerFlags(line: NextLine, bundler: 'turbopack' | 'webpack'): string[] {
  const isTurbopackDefault = Number.parseInt(NEXT_VERSIONS[line].next, 10) >= 16;
  if (bundler === 'turbopack') return isTurbopackDefault ? [] : ['--turbopack'];
  return isTurbopackDefault ? ['--webpack'] : [];
}
