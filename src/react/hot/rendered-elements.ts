/*
 * What the components render in `next dev`. `withSmartCache` copies this folder
 * into the app, so its files must import nothing but each other and packages.
 *
 * React must not see that a URL has changed: it would keep the old stylesheet
 * and put the new one behind all others, and run a script a second time. So
 * both components go on rendering the URL that the document came with, and
 * what follows an edit is done by hand.
 */

export interface HotProps {
  /** As the author wrote it. */
  assetPath: string;
  /** Differs whenever the bytes do. */
  version: string;
}

/** What the document came with: a component that is mounted later goes on from there. */
export interface FirstSeen {
  url: string;
  version: string;
}

/**
 * @param seen by asset path.
 * @param now what is seen if nothing was before.
 */
export function firstSeen<T extends FirstSeen>(seen: Map<string, T>, assetPath: string, now: T): T {
  // A server renders for everybody, so it must not remember.
  const first = seen.get(assetPath) ?? now;
  if (typeof window !== 'undefined') seen.set(assetPath, first);
  return first;
}

/** The elements that are made here, and not by React. */
export const made = new WeakSet<Element>();

/** The elements that were rendered with a URL, by the attribute as it stands in the document; none of those made here. */
export function findElements<Tag extends 'link' | 'script'>(tag: Tag, attribute: string, url: string): HTMLElementTagNameMap[Tag][] {
  return [...document.querySelectorAll(tag)].filter((element) => element.getAttribute(attribute) === url && !made.has(element));
}
