import { compareAssetPaths, decode, finishUrl, type UrlPrefixes } from './asset-path.js';
import type { Manifest } from './manifest-document.js';

/**
 * Where a page names a file. It tells why the URL may be plain:
 *
 * - `element`: an attribute of an element
 * - `relative`: an attribute with a relative URL, which the JSX runtime leaves alone
 * - `own-integrity`: an attribute of an element with an `integrity`
 * - `same-origin`: an attribute whose file browsers never load from another origin, or only with CORS: `<use>`, `<track>`, module scripts, `next/image`
 * - `style`: `url()` in a `style` attribute or a `<style>`
 * - `metadata`: an icon, a web app manifest, an image for link previews
 * - `stylesheet`: `url()` in a stylesheet that Next bundles
 * - `reference`: another public file names it
 * - `fetch`: a preload for `fetch()` or a worker
 * - `preload`: a preload for anything else
 * - `no-hash`: an element with `data-no-hash`
 */
export type Place =
  | 'element'
  | 'relative'
  | 'own-integrity'
  | 'same-origin'
  | 'style'
  | 'metadata'
  | 'stylesheet'
  | 'reference'
  | 'fetch'
  | 'preload'
  | 'no-hash';

/** A URL that a page loads. */
export interface LoadedUrl {
  /** Absolute. */
  url: string;
  place: Place;
  /** The place in messages: `<img src>`. */
  label: string;
  /** The page, or the stylesheet of Next, that holds the URL. */
  page: string;
}

/** The public file that a URL names. */
export interface NamedFile {
  assetPath: string;
  isHashed: boolean;
  /** Whether `next/image` optimizes the file. Its optimizer takes files from the page's own origin only. */
  isOptimized: boolean;
}

/** A public file that a page loads by its plain URL. */
export interface PlainFile {
  assetPath: string;
  place: Place;
  label: string;
  /** Sorted. */
  pages: readonly string[];
}

/** Counts of the public files that pages load. Each file counts once. */
export interface Coverage {
  hashed: number;
  total: number;
  /** The files that are not hashed, sorted. */
  plain: readonly PlainFile[];
}

export interface PublicFiles {
  assets: Manifest['assets'];
  /** Asset paths that would be hashed, but do not work under a hashed URL. */
  keptPlain: readonly string[];
  prefixes: UrlPrefixes;
  /** The origin of the pages. */
  origin: string;
  /** Next's `images.path`. Default: `/_next/image`. */
  optimizerPath?: string | undefined;
}

/**
 * Makes a function that finds the public file of an absolute URL. It does not
 * find files that are never hashed, and URLs of other origins.
 */
export function publicFileFinder({
  assets,
  keptPlain,
  prefixes,
  origin,
  optimizerPath,
}: PublicFiles): (url: string) => NamedFile | undefined {
  const plain = new Set([...Object.keys(assets), ...keptPlain]);
  const hashed = new Map(Object.entries(assets).map(([assetPath, { url }]) => [new URL(finishUrl(url, prefixes), origin).href, assetPath]));
  const found = new Map<string, NamedFile | undefined>();
  return (written) => {
    if (!found.has(written)) found.set(written, find(written));
    return found.get(written);
  };

  function find(written: string): NamedFile | undefined {
    const url = new URL(written);
    const inner = findOriginalImage(url, optimizerPath);
    const { origin: itsOrigin, pathname } = inner ?? url;
    const isOptimized = inner !== undefined;
    const hashedPath = hashed.get(itsOrigin + pathname);
    if (hashedPath !== undefined) return { assetPath: hashedPath, isHashed: true, isOptimized };
    if (itsOrigin !== origin || !pathname.startsWith(`${prefixes.basePath}/`)) return undefined;
    const assetPath = decode(pathname.slice(prefixes.basePath.length));
    return plain.has(assetPath) ? { assetPath, isHashed: false, isOptimized } : undefined;
  }
}

/** Finds the original of an optimized image: `/_next/image?url=…`. */
export function findOriginalImage(url: URL, optimizerPath = '/_next/image'): URL | undefined {
  const inner = url.pathname.replace(/\/$/, '').endsWith(optimizerPath) ? url.searchParams.get('url') : null;
  return inner !== null && URL.canParse(inner, url) ? new URL(inner, url) : undefined;
}

/**
 * Counts the public files that pages load. A file with both kinds of URL is
 * plain, since browsers request it again.
 *
 * @param find as {@link publicFileFinder} makes it.
 * @param isLeftAlone whether automatic hashing leaves the file to `asset()`: with a plain URL, such a file does not count.
 */
export function measureCoverage(
  loaded: Iterable<LoadedUrl>,
  find: (url: string) => NamedFile | undefined,
  isLeftAlone: (assetPath: string) => boolean = () => false,
): Coverage {
  const hashed = new Set<string>();
  const plain = new Map<string, { place: Place; label: string; pages: Set<string> }>();
  for (const { url, label, page, ...written } of loaded) {
    const file = find(url);
    if (file?.isHashed) hashed.add(file.assetPath);
    if (!file || file.isHashed || written.place === 'no-hash' || isLeftAlone(file.assetPath)) continue;
    const place = file.isOptimized && written.place === 'element' ? 'same-origin' : written.place;
    const known = plain.get(file.assetPath);
    // The element that uses the file says more than its preload.
    if (!known || (known.place === 'preload' && place !== 'preload')) {
      plain.set(file.assetPath, { place, label, pages: new Set([page]) });
    } else if (known.place === place) known.pages.add(page);
  }
  for (const assetPath of plain.keys()) hashed.delete(assetPath);
  return {
    hashed: hashed.size,
    total: hashed.size + plain.size,
    plain: [...plain]
      .sort(([a], [b]) => compareAssetPaths(a, b))
      .map(([assetPath, { pages, ...where }]) => ({ assetPath, ...where, pages: [...pages].sort(compareAssetPaths) })),
  };
}
