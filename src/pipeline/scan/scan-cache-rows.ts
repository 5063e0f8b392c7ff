import { algorithmOf } from '../../core/content-hash.js';
import { STORE_URL } from '../../core/rewrite-rules.js';
import type { HashAlgorithm } from '../../core/smart-cache-options.js';
import { isRecord } from '../disk/checked-document.js';
import { hashedUrl } from '../graph/hash-graph.js';
import type { CachedLinks, SourceFile } from '../graph/source-file.js';
import type { LexedFile } from '../references/find-references.js';
import { NOTATIONS, type Notation, REFERENCE_KINDS, type ReferenceKind } from '../references/reference.js';

export type CachedFile = Pick<SourceFile, 'contentHash' | 'integrity' | 'lexed' | 'links'>;

/** One file of the scan cache, as JSON. */
export type Row = [signature: string, contentHash: string, integrity: string, lexed?: LexedRow | null, links?: LinksRow];
type LexedRow = [isModule: 0 | 1, problem: LexedFile['problem'] | 0, references: ReferenceRow[]];
type ReferenceRow = [kind: ReferenceKind, notation: Notation, start: number, end: number, line: number, url: string];
/** A destination of `undefined` is written as `0`, since JSON has none. */
type LinksRow = [key: string, output: CachedLinks['output'], destinations: (string | null | 0)[], standing: CachedLinks['standing']];

export function toRow({ signature, contentHash, integrity, lexed, links }: CachedFile & Pick<SourceFile, 'signature'>): Row {
  if (lexed === undefined) return [signature, contentHash, integrity];
  const references = lexed.references.map(
    ({ kind, notation, start, end, line, url }): ReferenceRow => [kind, notation, start, end, line, url],
  );
  const lexedRow: LexedRow = [lexed.isModule ? 1 : 0, lexed.problem ?? 0, references];
  if (links === undefined) return [signature, contentHash, integrity, lexedRow];
  const destinations = links.destinations.map((destination) => (destination === undefined ? 0 : destination));
  return [signature, contentHash, integrity, lexedRow, [links.key, links.output, destinations, links.standing]];
}

export function fromRow([, contentHash, integrity, lexed, links]: Row): CachedFile {
  return {
    contentHash,
    integrity,
    lexed: lexed
      ? {
          isModule: lexed[0] === 1,
          ...(lexed[1] && { problem: lexed[1] }),
          references: lexed[2].map(([kind, notation, start, end, line, url]) => ({ kind, notation, start, end, line, url })),
        }
      : undefined,
    links: links && {
      key: links[0],
      output: links[1],
      destinations: links[2].map((destination) => (destination === 0 ? undefined : destination)),
      standing: links[3],
    },
  };
}

/**
 * Whether all rows have the form that {@link toRow} gives them. The hash and
 * the content hash become names of files, so a wrong one must not get further.
 */
export function areRows(rows: unknown, algorithm: HashAlgorithm): rows is Record<string, Row> {
  return isRecord(rows) && Object.entries(rows).every(([assetPath, row]) => isRow(assetPath, row, algorithm));
}

function isRow(assetPath: string, row: unknown, algorithm: HashAlgorithm): row is Row {
  if (!Array.isArray(row)) return false;
  const [signature, contentHash, integrity, lexed, links] = row as unknown[];
  if (typeof signature !== 'string' || !isHashed(contentHash, integrity, algorithm)) return false;
  if (lexed === undefined || lexed === null) return links === undefined;
  return isLexedRow(lexed) && (links === undefined || isLinksRow(links, lexed[2].length, assetPath, algorithm));
}

function isHashed(contentHash: unknown, integrity: unknown, algorithm: HashAlgorithm): boolean {
  const isIntegrity = typeof integrity === 'string' && /^sha(?:256|384|512)-[A-Za-z\d+/]+={0,2}$/.test(integrity);
  return isIntegrity && typeof contentHash === 'string' && algorithmOf(contentHash) === algorithm;
}

function isLexedRow(value: unknown): value is LexedRow {
  if (!Array.isArray(value)) return false;
  const [isModule, problem, references] = value as unknown[];
  const isProblem = problem === 0 || (isRecord(problem) && isCount(problem.line) && typeof problem.why === 'string');
  return (isModule === 0 || isModule === 1) && isProblem && Array.isArray(references) && references.every(isReferenceRow);
}

function isReferenceRow(value: unknown): value is ReferenceRow {
  if (!Array.isArray(value)) return false;
  const [kind, notation, start, end, line, url] = value as unknown[];
  const isKnown = REFERENCE_KINDS.includes(kind as ReferenceKind) && NOTATIONS.includes(notation as Notation);
  return isKnown && isCount(start) && isCount(end) && start <= end && isCount(line) && typeof url === 'string';
}

function isLinksRow(value: unknown, references: number, assetPath: string, algorithm: HashAlgorithm): value is LinksRow {
  if (!Array.isArray(value)) return false;
  const [key, output, destinations, standing] = value as unknown[];
  const isDestination = (destination: unknown) => destination === null || destination === 0 || typeof destination === 'string';
  return (
    typeof key === 'string' &&
    isOutput(output, assetPath, algorithm) &&
    Array.isArray(destinations) &&
    destinations.length === references &&
    destinations.every(isDestination) &&
    (standing === 0 || standing === 1 || standing === 2)
  );
}

function isOutput(value: unknown, assetPath: string, algorithm: HashAlgorithm): boolean {
  if (!isRecord(value)) return false;
  const { hash, url, size, contentHash, integrity } = value;
  if (typeof hash !== 'string' || typeof url !== 'string' || !/^[0-9a-f]{8,64}$/.test(hash)) return false;
  // Half a surrogate pair has no percent-encoding, so no URL was ever made of it.
  if (/\p{Cs}/u.test(assetPath)) return false;
  return (
    isCount(size) && isHashed(contentHash, integrity, algorithm) && url === hashedUrl(assetPath, hash, url.startsWith(`${STORE_URL}/`))
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
