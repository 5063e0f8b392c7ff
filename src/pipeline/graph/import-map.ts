import { compareAssetPaths, encodeAssetPath, isExternalUrl, spellInUrl, splitSuffix } from '../../core/asset-path.js';
import type { ImportMap, RenderManifest } from '../../core/render-manifest.js';
import { isBareSpecifier, isRootRelative, mapSpecifier, type UrlSpace } from '../references/reference.js';
import { plainUrl, type StoreAddress } from './files-kept-plain.js';
import { type FollowedReference, isImport, type ReferenceGraph, reach } from './reference-graph.js';

/**
 * Builds the import map (https://html.spec.whatwg.org/#import-maps): URL of a
 * module, as a browser resolves the specifier → hashed URL. It covers all modules
 * that the entries reach, and the bare specifiers of the `modules.imports` option.
 *
 * @param names the `modules.imports` option.
 * @param entries asset paths that the app source mentions.
 * @param integrityOf returns Subresource Integrity metadata; `undefined` for a file whose bytes may change.
 */
export function buildImportMap(
  { storeUrl, prefixes }: StoreAddress,
  names: UrlSpace['imports'],
  graph: ReferenceGraph,
  entries: Iterable<string>,
  { assets, basePath }: RenderManifest,
  integrityOf: (assetPath: string) => string | undefined,
): ImportMap {
  // Maps, since a name may be `__proto__`.
  const imports = new Map<string, string>();
  const integrity = new Map<string, string>();
  const targets = Object.values(names).filter((target) => assets[target] !== undefined);
  const modules = reach([...entries, ...targets], (module) => importsOf(module).map(({ target }) => target));
  const imported = new Set([...targets, ...[...modules].flatMap((module) => importsOf(module).map(({ target }) => target))]);
  // A file that imports nothing and that no file imports may be a classic script.
  for (const module of modules) if (imported.has(module) || importsOf(module).length > 0) add(module);
  for (const [name, target] of Object.entries(names)) {
    imports.set(name, urlOf(target) ?? (isExternalUrl(target) ? target : basePath + target));
  }
  for (const module of modules) {
    for (const reference of importsOf(module)) {
      const { url, target, kind } = reference;
      if (!isBareSpecifier(kind, url)) addWritten(module, reference);
      else if (mapSpecifier(url, names)) imports.set(url, urlOf(target) ?? basePath + encodeAssetPath(target));
    }
  }
  return integrity.size > 0 ? { imports: sorted(imports), integrity: sorted(integrity) } : { imports: sorted(imports) };

  function importsOf(module: string) {
    return graph.followed(module).filter(isImport);
  }

  function add(module: string): void {
    const url = urlOf(module);
    if (url === undefined) return;
    for (const plain of plainUrls(module)) if (plain !== url) imports.set(plain, url);
    addIntegrity(module, url);
  }

  /**
   * Maps the URL that a browser makes of one import as it is written: with its
   * spelling, with its `?query`, and relative to the importing file.
   */
  function addWritten(importer: string, { url, target }: FollowedReference): void {
    const [from, to] = [urlOf(importer), urlOf(target)];
    if (from === undefined || to === undefined) return;
    const { suffix } = splitSuffix(url);
    // A module in the store has plain URLs in place of the relative ones that its author wrote.
    const plain = isInStore(from) && !isRootRelative(url) ? plainUrl(importer, url, basePath) : undefined;
    const key = resolveUrl(plain === undefined ? url : plain + suffix, from);
    const value = to + suffix;
    if (key === value) return;
    imports.set(key, value);
    addIntegrity(target, value);
  }

  function addIntegrity(module: string, url: string): void {
    const metadata = integrityOf(module);
    if (metadata !== undefined) integrity.set(url, metadata);
  }

  function urlOf(assetPath: string): string | undefined {
    const entry = assets[assetPath];
    return typeof entry === 'string' ? entry : entry?.[0];
  }

  /**
   * Lists the URLs that a browser may make of an import of this module. It resolves
   * a relative specifier against the importer's hashed URL, which may be in the
   * store or on a CDN, and a specifier with a slash in front against the site.
   */
  function plainUrls(assetPath: string): string[] {
    const url = urlOf(assetPath) as string;
    const own = spellInUrl(assetPath);
    const beside = isInStore(url) ? url.slice(0, url.indexOf(storeUrl) + storeUrl.length) : prefixes.cdnPrefix || basePath;
    return [...new Set([beside + own, basePath + own, own])];
  }

  function isInStore(url: string): boolean {
    return url.includes(`${storeUrl}/`);
  }
}

/** A reserved name (RFC 2606), so no file refers to it. */
const ORIGIN = 'http://public.invalid';

/** Resolves a URL in a file. The result has no origin if `from` has none, and no scheme if `from` has none. */
function resolveUrl(written: string, from: string): string {
  const { href, origin, protocol } = new URL(written, new URL(from, ORIGIN));
  if (origin === ORIGIN) return href.slice(ORIGIN.length);
  return from.startsWith('//') ? href.slice(protocol.length) : href;
}

/** Sorts the keys, so that the same map gives the same bytes. */
function sorted(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => compareAssetPaths(a, b)));
}
