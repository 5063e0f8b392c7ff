/**
 * The environment variable that says that `withSmartCache` has wrapped the
 * config of the `next build` or `next dev` at hand: rendering code, which may
 * run in a worker, then knows that its manifest should not be the empty one.
 * Its value is the id of the process that runs the build.
 */
export const WRAPPED_BY = 'NEXT_SMART_CACHE_WRAPPED_BY';
