import { createHash } from 'node:crypto';
import { splitExtension } from '../../core/asset-path.js';
import { type ReferenceGraph, reach, strongComponents } from './reference-graph.js';

/** The fonts that a stylesheet and the sheets that it imports name: of each `@font-face` the one that browsers take. */
export function fontsOf(graph: ReferenceGraph, stylesheet: string): string[] {
  return unique(withImported(graph, stylesheet).flatMap((sheet) => targets(graph, sheet, 'font')));
}

/** All that a stylesheet and the sheets that it imports name, those sheets aside: images, fonts. */
export function filesLoadedBy(graph: ReferenceGraph, stylesheet: string): string[] {
  return unique(withImported(graph, stylesheet).flatMap((sheet) => [...targets(graph, sheet, 'font'), ...targets(graph, sheet, 'url')]));
}

/** An entry and the modules that it cannot run without, in the order in which they are met; none for what is no module. */
export function staticModulesOf(graph: ReferenceGraph, entry: string): string[] {
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

/** By its name. A module of another type, such as JSON, is preloaded as something else. */
function isScript(assetPath: string): boolean {
  return ['.js', '.mjs'].includes(splitExtension(assetPath).extension.toLowerCase());
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The files that were edited since the development server was started: asset path → hash as it is now. */
type EditedFiles = ReadonlyMap<string, string>;

/** For each stylesheet, those of the edited files that it loads, by asset path. */
export function editsLoadedBy(graph: ReferenceGraph, stylesheets: Iterable<string>, edited: EditedFiles): Map<string, [string, string][]> {
  const found = new Map<string, [string, string][]>();
  for (const stylesheet of stylesheets) {
    const loaded = filesLoadedBy(graph, stylesheet).flatMap((target): [string, string][] => {
      const hash = edited.get(target);
      return hash === undefined ? [] : [[target, hash]];
    });
    if (loaded.length > 0) found.set(stylesheet, loaded);
  }
  return found;
}

/**
 * Gives each script above an edited file a state that changes whenever
 * something below the script changes. Only what lies above an edit is looked at, and
 * once: every save asks for it.
 *
 * @param files all that the graph knows.
 */
export function statesBelow(graph: ReferenceGraph, files: Iterable<string>, edited: EditedFiles): Map<string, string> {
  const importers = new Map<string, string[]>();
  for (const file of files) {
    for (const target of loadedBy(file)) {
      const known = importers.get(target);
      if (known) known.push(file);
      else importers.set(target, [file]);
    }
  }
  const importersOf = (file: string) => importers.get(file) ?? [];
  const above = reach([...edited.keys()].flatMap(importersOf), importersOf);

  const states = new Map<string, string>();
  for (const component of strongComponents(above, (file) => loadedBy(file).filter((target) => above.has(target)))) {
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
