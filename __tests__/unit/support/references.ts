import { buildReferenceGraph, type GraphFile, type ReferenceGraph } from '../../../src/pipeline/graph/reference-graph';
import { findReferences } from '../../../src/pipeline/references/find-references';
import { type FoundReference, resolveReference, type UrlSpace } from '../../../src/pipeline/references/reference';

/** References in short: kind, URL and, where it is written otherwise, how. */
export function inShort(text: string, references: readonly FoundReference[]): string[] {
  return references.map(({ kind, url, start, end }) => {
    const written = text.slice(start, end);
    return written === url ? `${kind} ${url}` : `${kind} ${url} (${written})`;
  });
}

/** A text of so many parts. */
export function repeated(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join('');
}

/** The graph of files with these texts, by asset path. */
export function graphOf(
  files: Readonly<Record<string, string>>,
  { importMap = false, imports = {} }: { importMap?: boolean; imports?: Readonly<Record<string, string>> } = {},
): ReferenceGraph {
  const space: UrlSpace = { basePath: '', imports, has: (assetPath) => Object.hasOwn(files, assetPath), looksHashed: () => false };
  const graphFiles = Object.entries(files).flatMap(([assetPath, text]): GraphFile[] => {
    const lexed = findReferences(assetPath, text.length, () => Buffer.from(text));
    if (lexed === undefined) return [];
    return [{ assetPath, lexed, destinations: lexed.references.map((reference) => resolveReference(assetPath, reference, space)) }];
  });
  return buildReferenceGraph(graphFiles, importMap);
}
