import { algorithmOf } from '../../core/content-hash.js';
import { storeUrlOf } from '../../core/rewrite-rules.js';
import type { HashAlgorithm } from '../../core/smart-cache-options.js';
import { isRecord } from '../disk/checked-document.js';
import { hashedUrl } from '../graph/hash-graph.js';
import type { CachedLinks, SourceFile } from '../graph/source-file.js';
import type { DocumentSearch } from '../references/document-search.js';
import type { LexedFile } from '../references/find-references.js';
import { NOTATIONS, type Notation, REFERENCE_KINDS, type ReferenceKind } from '../references/reference.js';

export type CachedFile = Pick<SourceFile, 'contentHash' | 'integrity' | 'lexed' | 'links'>;

/** One file of the scan cache, as JSON. */
export type Row = [signature: string, contentHash: string, integrity: string, lexed?: LexedRow | null, links?: LinksRow];
type LexedRow = [problem: LexedFile['problem'] | 0, references: ReferenceRow[], search?: DocumentSearch];
type ReferenceRow = [kind: ReferenceKind, notation: Notation, start: number, end: number, line: number, url: string];
/** A destination of `undefined` is written as `0`, since JSON has none. */
type LinksRow = [key: string, output: CachedLinks['output'], destinations: (string | null | 0)[], keepsImports: boolean];

export function toRow({ signature, contentHash, integrity, lexed, links }: CachedFile & Pick<SourceFile, 'signature'>): Row {
  if (lexed === undefined) return [signature, contentHash, integrity];
  const references = lexed.references.map(
    ({ kind, notation, start, end, line, url }): ReferenceRow => [kind, notation, start, end, line, url],
  );
  const lexedRow: LexedRow = lexed.search ? [lexed.problem ?? 0, references, lexed.search] : [lexed.problem ?? 0, references];
  if (links === undefined) return [signature, contentHash, integrity, lexedRow];
  const destinations = links.destinations.map((destination) => (destination === undefined ? 0 : destination));
  return [signature, contentHash, integrity, lexedRow, [links.key, links.output, destinations, links.keepsImports]];
}

export function fromRow([, contentHash, integrity, lexed, links]: Row): CachedFile {
  return {
    contentHash,
    integrity,
    lexed: lexed
      ? {
          ...(lexed[0] && { problem: lexed[0] }),
          references: lexed[1].map(([kind, notation, start, end, line, url]) => ({ kind, notation, start, end, line, url })),
          ...(lexed[2] && { search: lexed[2] }),
        }
      : undefined,
    links: links && {
      key: links[0],
      output: links[1],
      destinations: links[2].map((destination) => (destination === 0 ? undefined : destination)),
      keepsImports: links[3],
    },
  };
}

/**
 * Whether a row has the form that {@link toRow} gives it. The hash and the
 * content hash become names of files, so a wrong one must not get further.
 * Each build checks thousands of rows, so they are read by index: taking an
 * array apart is several times slower.
 */
export function isRow(assetPath: string, row: unknown, algorithm: HashAlgorithm): row is Row {
  if (!Array.isArray(row) || typeof row[0] !== 'string' || !isHashed(row[1], row[2], algorithm)) return false;
  if (row.length === 3) return true;
  if (row.length > 5 || !isLexedRow(row[3])) return false;
  return row.length === 4 || isLinksRow(row[4], row[3][1].length, assetPath, algorithm);
}

function isHashed(contentHash: unknown, integrity: unknown, algorithm: HashAlgorithm): boolean {
  const isIntegrity = typeof integrity === 'string' && integrity.startsWith('sha');
  return isIntegrity && typeof contentHash === 'string' && algorithmOf(contentHash) === algorithm;
}

function isLexedRow(row: unknown): row is LexedRow {
  if (!Array.isArray(row) || !Array.isArray(row[1])) return false;
  const problem: unknown = row[0];
  return (problem === 0 || isProblem(problem)) && row[1].every(isReferenceRow) && (row[2] === undefined || isSearch(row[2]));
}

function isSearch(value: unknown): value is DocumentSearch {
  if (!isRecord(value) || !Array.isArray(value.names) || typeof value.readsOwnUrl !== 'boolean') return false;
  return value.names.every((name) => typeof name === 'string');
}

function isProblem(value: unknown): boolean {
  if (!isRecord(value) || !isCount(value.line) || typeof value.why !== 'string') return false;
  return value.isPartial === undefined || typeof value.isPartial === 'boolean';
}

function isReferenceRow(row: unknown): row is ReferenceRow {
  if (!Array.isArray(row) || !isCount(row[2]) || !isCount(row[3]) || row[2] > row[3] || !isCount(row[4])) return false;
  return REFERENCE_KINDS.includes(row[0]) && NOTATIONS.includes(row[1]) && typeof row[5] === 'string';
}

function isLinksRow(row: unknown, references: number, assetPath: string, algorithm: HashAlgorithm): row is LinksRow {
  if (!Array.isArray(row) || typeof row[0] !== 'string' || !isOutput(row[1], assetPath, algorithm)) return false;
  const destinations: unknown = row[2];
  if (!Array.isArray(destinations) || destinations.length !== references || !destinations.every(isDestination)) return false;
  return typeof row[3] === 'boolean';
}

function isDestination(value: unknown): boolean {
  return value === null || value === 0 || typeof value === 'string';
}

function isOutput(value: unknown, assetPath: string, algorithm: HashAlgorithm): boolean {
  if (!isRecord(value) || !isCount(value.size) || !isHashed(value.contentHash, value.integrity, algorithm)) return false;
  const { hash, url } = value;
  if (typeof hash !== 'string' || typeof url !== 'string' || !/^[0-9a-f]{8,64}$/.test(hash)) return false;
  // Half a surrogate pair has no percent-encoding, so no URL was ever made of it.
  return !/\p{Cs}/u.test(assetPath) && url === hashedUrl(assetPath, hash, storeUrlOf(url) ?? '');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
