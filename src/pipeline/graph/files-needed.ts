import { splitExtension } from '../../core/asset-path.js';
import { type ReferenceGraph, reach } from './reference-graph.js';

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
export function isScript(assetPath: string): boolean {
  return ['.js', '.mjs'].includes(splitExtension(assetPath).extension.toLowerCase());
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
