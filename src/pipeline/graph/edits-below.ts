import { createHash } from 'node:crypto';
import { filesLoadedBy, isScript } from './files-needed.js';
import { type ReferenceGraph, reach } from './reference-graph.js';
import { strongComponents } from './strong-components.js';

/** The files that were edited since the development server was started: asset path → hash as it is now. */
export type EditedFiles = ReadonlyMap<string, string>;

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
