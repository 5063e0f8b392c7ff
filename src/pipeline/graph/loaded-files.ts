import { createHash } from 'node:crypto';
import { splitExtension } from '../../core/asset-path.js';
import type { Manifest } from '../../core/manifest-document.js';
import type { ImportMap, RenderedAsset, RenderManifest } from '../../core/render-manifest.js';
import { findStrongComponents, type ReferenceGraph, reach } from './reference-graph.js';

/**
 * Lists, for each entry, the fonts or modules that `preload` fetches with it.
 * A preload must have the integrity that the browser finds in the import map.
 */
export function findPreloads(
  graph: ReferenceGraph,
  entries: readonly string[],
  { assets }: RenderManifest,
  importMap: ImportMap | undefined,
): NonNullable<RenderManifest['preloads']> {
  const preloads: Record<string, RenderedAsset[]> = {};
  for (const entry of entries) {
    const listed = [...listFonts(graph, entry), ...listStaticModules(graph, entry)].flatMap((target) => assets[target] ?? []);
    if (listed.length > 0) preloads[entry] = listed.map((asset) => withIntegrity(asset, importMap));
  }
  return preloads;
}

function withIntegrity(asset: RenderedAsset, importMap: ImportMap | undefined): RenderedAsset {
  const metadata = typeof asset === 'string' ? importMap?.integrity?.[asset] : undefined;
  return typeof asset === 'string' && metadata !== undefined ? [asset, metadata] : asset;
}

/**
 * Finds, in development, the stylesheets and modules that load a file which was
 * edited since the server started.
 *
 * @param edited asset paths.
 */
export function findEdits(
  graph: ReferenceGraph,
  assets: Manifest['assets'],
  edited: ReadonlySet<string>,
  basePath: string,
): Pick<RenderManifest, 'reloads' | 'loadStates'> {
  if (edited.size === 0) return {};
  const hashes = new Map([...edited].flatMap((assetPath) => (assets[assetPath] ? [[assetPath, assets[assetPath].hash]] : [])));
  const reloads: Record<string, Record<string, string>> = {};
  for (const stylesheet of Object.keys(assets).filter(isStylesheet)) {
    const loaded = listFilesOfStylesheet(graph, stylesheet).filter((target) => hashes.has(target));
    if (loaded.length > 0) reloads[stylesheet] = Object.fromEntries(loaded.map((target) => [basePath + target, hashes.get(target) ?? '']));
  }
  return { reloads, loadStates: Object.fromEntries(findModuleStates(graph, Object.keys(assets), hashes)) };
}

function isStylesheet(assetPath: string): boolean {
  return splitExtension(assetPath).extension.toLowerCase() === '.css';
}

/** Lists the fonts of a stylesheet and of the sheets that it imports: for each `@font-face`, the file that browsers take. */
export function listFonts(graph: ReferenceGraph, stylesheet: string): string[] {
  return unique(withImported(graph, stylesheet).flatMap((sheet) => targets(graph, sheet, 'font')));
}

/** Lists the images and fonts of a stylesheet and of the sheets that it imports. */
export function listFilesOfStylesheet(graph: ReferenceGraph, stylesheet: string): string[] {
  return unique(withImported(graph, stylesheet).flatMap((sheet) => [...targets(graph, sheet, 'font'), ...targets(graph, sheet, 'url')]));
}

/** Lists an entry and all modules that it imports statically. Returns an empty list for an entry without imports. */
export function listStaticModules(graph: ReferenceGraph, entry: string): string[] {
  const modules = reach([entry], (module) => targets(graph, module, 'import').filter(isScript));
  return modules.size > 1 ? [...modules] : [];
}

function withImported(graph: ReferenceGraph, stylesheet: string): string[] {
  return [...reach([stylesheet], (sheet) => targets(graph, sheet, 'style-import'))];
}

function targets(graph: ReferenceGraph, assetPath: string, wanted: string): string[] {
  return graph
    .followed(assetPath)
    .filter(({ kind }) => kind === wanted)
    .map(({ target }) => target);
}

/** Whether a module is a script by its name: a module of another type, such as JSON, needs another kind of preload. */
function isScript(assetPath: string): boolean {
  return ['.js', '.mjs'].includes(splitExtension(assetPath).extension.toLowerCase());
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/**
 * Gives each script that loads an edited file, directly or through others, a
 * state that changes with each edit. This runs after every save, so it visits
 * only the files that load an edited one.
 *
 * @param files all files of the graph.
 * @param edited asset path → current hash.
 */
export function findModuleStates(graph: ReferenceGraph, files: Iterable<string>, edited: ReadonlyMap<string, string>): Map<string, string> {
  const importers = new Map<string, string[]>();
  for (const file of files) {
    for (const target of loadedBy(file)) {
      const known = importers.get(target);
      if (known) known.push(file);
      else importers.set(target, [file]);
    }
  }
  const importersOf = (file: string) => importers.get(file) ?? [];
  const affected = reach([...edited.keys()].flatMap(importersOf), importersOf);

  const states = new Map<string, string>();
  for (const component of findStrongComponents(affected, (file) => loadedBy(file).filter((target) => affected.has(target)))) {
    const parts = new Set<string>();
    for (const target of component.flatMap(loadedBy)) {
      if (edited.has(target)) parts.add(`${target} ${edited.get(target)}`);
      parts.add(states.get(target) ?? '');
    }
    const state = createHash('sha256')
      .update([...parts].sort().join())
      .digest('hex')
      .slice(0, 10);
    for (const member of component) states.set(member, state);
  }
  return new Map([...states].filter(([file]) => isScript(file)));

  function loadedBy(file: string): string[] {
    return graph
      .followed(file)
      .filter(({ kind }) => kind !== 'source-map')
      .map(({ target }) => target);
  }
}
