/**
 * The property of `globalThis` that says, in development, when something was
 * last rendered on the server: kept there for the process that watches, which
 * renders too.
 */
const RENDERED_AT: unique symbol = /* @__PURE__ */ Symbol.for('next-smart-cache.rendered-at');

const shared = globalThis as { [RENDERED_AT]?: number };

/** Not by `Date`: with `cacheComponents`, Next takes that for something a page cannot be prerendered with. */
export function noteRendered(): void {
  shared[RENDERED_AT] = performance.now();
}

/** In milliseconds; `Infinity` if nothing was. */
export function sinceRendered(): number {
  return performance.now() - (shared[RENDERED_AT] ?? Number.NEGATIVE_INFINITY);
}

/**
 * The environment variable that says that `withSmartCache` has wrapped the
 * config of the `next build` or `next dev` at hand: rendering code, which may
 * run in a worker, then knows that its manifest should not be the empty one.
 * Its value is the id of the process that runs the build.
 */
export const WRAPPED_BY = 'NEXT_SMART_CACHE_WRAPPED_BY';
