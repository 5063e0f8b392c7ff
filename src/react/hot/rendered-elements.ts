/*
 * The components that render in `next dev`. `withSmartCache` copies this folder
 * into the app, so its files import only each other and packages.
 *
 * React must not see that a URL has changed: it would keep the old stylesheet,
 * put the new one after all others, and run a script a second time. So both
 * components keep rendering the first URL, and replace the element themselves.
 */

export interface HotProps {
  assetPath: string;
  /** The hash of the current bytes. */
  hash: string;
}

/** The URL that the document loaded first, and its hash. A component that is mounted later uses it too. */
export interface FirstLoad {
  url: string;
  hash: string;
}

/**
 * Returns and remembers the URL that the document loaded first.
 *
 * @param seen asset path → first load.
 */
export function rememberFirst<T extends FirstLoad>(seen: Map<string, T>, assetPath: string, now: T): T {
  // A server renders for all visitors, so it must not remember.
  const first = seen.get(assetPath) ?? now;
  if (typeof window !== 'undefined') seen.set(assetPath, first);
  return first;
}

/** The elements that these components created without React. */
export const ownElements = new WeakSet<Element>();

export function findElements<Tag extends 'link' | 'script'>(tag: Tag, attribute: string, url: string): HTMLElementTagNameMap[Tag][] {
  return [...document.querySelectorAll(tag)].filter((element) => element.getAttribute(attribute) === url && !ownElements.has(element));
}
