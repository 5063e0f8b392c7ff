import { compareAssetPaths, encodeAssetPath, isExternalUrl, spellInUrl, splitSuffix } from '../../core/asset-path.js';
import type { ImportMap, RenderManifest } from '../../core/render-manifest.js';
import type { Project } from '../project.js';
import { isBareSpecifier, isRootRelative, mapSpecifier } from '../references/resolve-reference.js';
import { plainUrl } from './files-kept-plain.js';
import { type FollowedReference, isImport, type ReferenceGraph, reach } from './reference-graph.js';

/**
 * The import map (HTML Standard, section 8.1.6.2) that leads from the URL of a
 * module, as a browser resolves what an importer says, to its hashed URL: for
 * all modules that can be reached from some entries, and for the bare
 * specifiers that the `modules.imports` option names.
 *
 * @param entries asset paths that the app's source mentions.
 * @param whole where each asset path leads.
 * @param integrityOf Subresource Integrity metadata; `undefined` for a file that is served as it may change.
 */
export function importMapFor(
  { options, storeUrl, prefixes }: Project,
  graph: ReferenceGraph,
  entries: Iterable<string>,
  { assets, basePath }: RenderManifest,
  integrityOf: (assetPath: string) => string | undefined,
): ImportMap {
  const names = options.modules.imports;
  // Maps, since a name may be `__proto__`.
  const imports = new Map<string, string>();
  const integrity = new Map<string, string>();
  const named = Object.values(names).filter((target) => assets[target] !== undefined);
  const modules = reach([...entries, ...named], (module) => importsOf(module).map(({ target }) => target));
  const imported = new Set([...named, ...[...modules].flatMap((module) => importsOf(module).map(({ target }) => target))]);
  // What nothing imports, and what imports nothing, may be anything.
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
   * Exactly what a browser makes of an import, which may be another spelling
   * or have a `?query`, and may stand in a file that is linked from elsewhere
   * than what it imports.
   */
  function addWritten(importer: string, { url, target }: FollowedReference): void {
    const [from, to] = [urlOf(importer), urlOf(target)];
    if (from === undefined || to === undefined) return;
    const { suffix } = splitSuffix(url);
    // In a module that has moved, the plain URL has taken the place of a relative one.
    const plain = isInStore(from) && !isRootRelative(url) ? plainUrl(importer, url, basePath) : undefined;
    const key = resolveUrl(plain === undefined ? url : plain + suffix, from);
    const leadsTo = to + suffix;
    if (key === leadsTo) return;
    imports.set(key, leadsTo);
    addIntegrity(target, leadsTo);
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
   * What a browser makes of an import: beside the importer's own URL, for a
   * relative one; on the site, for one that begins with a slash.
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

/** An origin that no file names. */
const ORIGIN = 'http://public.invalid';

/** What a relative URL is to a browser in a file of this URL; on one's own site, and on one without a scheme, as short as that. */
function resolveUrl(written: string, from: string): string {
  const { href, origin, protocol } = new URL(written, new URL(from, ORIGIN));
  if (origin === ORIGIN) return href.slice(ORIGIN.length);
  return from.startsWith('//') ? href.slice(protocol.length) : href;
}

/** Same map, same bytes. */
function sorted(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => compareAssetPaths(a, b)));
}
