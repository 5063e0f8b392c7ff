/** `next build` sets this for the processes that render pages. */
export function isNextBuild(): boolean {
  return typeof window === 'undefined' && process.env.NEXT_PHASE === 'phase-production-build';
}
