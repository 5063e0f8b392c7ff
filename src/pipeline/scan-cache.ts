import path from 'node:path';
import { algorithmOf, type HashAlgorithm } from '../core/manifest-document.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import { isRecord, OTHER_VERSION, readCheckedDocument, serializeCheckedDocument, WRONG_CONTENT } from '../disk/checked-document.js';
import { identityOf, replaceText } from '../disk/files.js';
import { hashedUrl } from './graph/hash-graph.js';
import type { CachedResult, PublicFile } from './graph/unchanged-files.js';
import type { DocumentSearch } from './references/document-search.js';
import type { LexedFile } from './references/find-references.js';
import { NOTATIONS, type Notation, REFERENCE_KINDS, type ReferenceKind } from './references/reference.js';

/**
 * Remembers what the last build found in each file, so that the next build need
 * not read and rewrite unchanged files again. Without it, a build reads all files.
 */
export interface ScanCache {
  /** Returns what the cache knows about a file, if the file still has this signature. */
  find(assetPath: string, signature: string): CachedFile | undefined;
  /** The state in which the results of the files are valid. */
  stateKey: string | undefined;
  /** Absolute path. */
  file: string;
  /** Why the build ignores the file on disk; `undefined` if it uses it, or if there is none. */
  problem: string | undefined;
  /** Replaces the cache in one step. */
  save(files: Iterable<FileToSave>, stateKey?: string): void;
}

type FileToSave = CachedFile & Pick<PublicFile, 'assetPath' | 'signature'>;

/** Raise this number when the form of the rows changes, or when the lexers find other references. */
const VERSION = 8;

interface ScanCacheOptions {
  algorithm: HashAlgorithm;
  /**
   * Whether the store has a copy of each known file. Default: true. Development
   * has its own cache, since it makes no copies: a known hash there does not mean
   * that a whole copy exists.
   */
  isFrozen?: boolean;
}

export function openScanCache(cacheDir: string, { algorithm, isFrozen = true }: ScanCacheOptions): ScanCache {
  const file = path.join(cacheDir, isFrozen ? 'scan.json' : 'scan-development.json');
  const head = { version: VERSION, algorithm };
  const { files: known, stateKey, problem } = contentsOf(file, head);
  return {
    file,
    stateKey,
    problem,
    find(assetPath, signature) {
      const entry = known.get(assetPath);
      if (entry?.row[0] !== signature) return undefined;
      entry.file ??= fromRow(entry.row);
      return entry.file;
    },
    save(files, newStateKey) {
      const saved = new Map<string, Entry>();
      for (const found of files) saved.set(found.assetPath, entryOf(found, known.get(found.assetPath)));
      const rows = Array.from(saved.values(), ({ text }) => text);
      const start = JSON.stringify({ ...head, stateKey: newStateKey }).slice(0, -1);
      const identity = replaceText(file, serializeCheckedDocument(`${start},"files":{\n${rows.join(',\n')}\n}}`));
      remembered.set(file, { identity, head, stateKey: newStateKey, files: saved });
    },
  };
}

/** One file, in the forms that were needed so far. */
interface Entry {
  row: Row;
  file?: CachedFile;
  /** The line in the file: `"/asset/path":[…]`. */
  text?: string;
}

interface Contents {
  identity: string | undefined;
  head: Head;
  stateKey: string | undefined;
  files: Map<string, Entry>;
  problem?: string | undefined;
}

/** The caches that this process has written. The development server builds after each save, and most rows stay the same. */
const remembered = new Map<string, Contents>();

/** Uses the remembered contents unless another process has written the file since. */
function contentsOf(file: string, head: Head): Contents {
  const identity = identityOf(file);
  const latest = remembered.get(file);
  if (latest && latest.identity === identity && isSameHead(latest.head, head)) return latest;
  return { identity, head, ...readContents(file, head) };
}

/** Reuses the old entry if it is equal. */
function entryOf(found: FileToSave, before: Entry | undefined): Entry {
  const isSame = before?.row[0] === found.signature && before.file?.lexed === found.lexed && before.file?.result === found.result;
  const entry = isSame ? before : { row: toRow(found) };
  entry.text ??= `${JSON.stringify(found.assetPath)}:${JSON.stringify(entry.row)}`;
  return entry;
}

/** The settings that all rows depend on. */
interface Head {
  version: number;
  algorithm: HashAlgorithm;
}

function isSameHead(a: Partial<Head>, b: Head): boolean {
  return a.version === b.version && a.algorithm === b.algorithm;
}

type Body = Pick<Contents, 'files' | 'stateKey' | 'problem'>;

function readContents(file: string, head: Head): Body {
  const nothing = (problem?: string): Body => ({ files: new Map(), stateKey: undefined, problem });
  const document = readCheckedDocument(file);
  if (document === undefined) return nothing();
  if ('problem' in document) return nothing(document.problem);
  const { body } = document;
  if (!isRecord(body)) return nothing(WRONG_CONTENT);
  if (body.version !== head.version) return nothing(OTHER_VERSION);
  // After a change of options, the old hashes are correct but useless.
  if (!isSameHead(body, head)) return nothing();
  const { files: rows, stateKey } = body;
  if (!isRecord(rows) || (stateKey !== undefined && typeof stateKey !== 'string')) return nothing(WRONG_CONTENT);
  const files = new Map<string, Entry>();
  for (const assetPath of Object.keys(rows)) {
    const row = rows[assetPath];
    if (!isRow(assetPath, row, head.algorithm)) return nothing(WRONG_CONTENT);
    files.set(assetPath, { row });
  }
  return { files, stateKey, problem: undefined };
}

export type CachedFile = Pick<PublicFile, 'contentHash' | 'integrity' | 'lexed' | 'result'>;

/** One file of the scan cache, as JSON. */
type Row = [signature: string, contentHash: string, integrity: string, lexed?: LexedRow | null, result?: ResultRow];
type LexedRow = [problem: LexedFile['problem'] | 0, references: ReferenceRow[], search?: DocumentSearch];
type ReferenceRow = [kind: ReferenceKind, notation: Notation, start: number, end: number, line: number, url: string];
/** A destination of `undefined` is written as `0`, since JSON has no `undefined`. */
type ResultRow = [key: string, output: CachedResult['output'], destinations: (string | null | 0)[], keepsImports: boolean];

function toRow({ signature, contentHash, integrity, lexed, result }: CachedFile & Pick<PublicFile, 'signature'>): Row {
  if (lexed === undefined) return [signature, contentHash, integrity];
  const references = lexed.references.map(
    ({ kind, notation, start, end, line, url }): ReferenceRow => [kind, notation, start, end, line, url],
  );
  const lexedRow: LexedRow = lexed.search ? [lexed.problem ?? 0, references, lexed.search] : [lexed.problem ?? 0, references];
  if (result === undefined) return [signature, contentHash, integrity, lexedRow];
  const destinations = result.destinations.map((destination) => (destination === undefined ? 0 : destination));
  return [signature, contentHash, integrity, lexedRow, [result.key, result.output, destinations, result.keepsImports]];
}

function fromRow([, contentHash, integrity, lexed, result]: Row): CachedFile {
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
    result: result && {
      key: result[0],
      output: result[1],
      destinations: result[2].map((destination) => (destination === 0 ? undefined : destination)),
      keepsImports: result[3],
    },
  };
}

/**
 * Whether a row has the form that {@link toRow} gives it. Hashes become names of
 * files, so this check must stop wrong ones. It reads arrays by index, since
 * destructuring thousands of rows is several times slower.
 */
function isRow(assetPath: string, row: unknown, algorithm: HashAlgorithm): row is Row {
  if (!Array.isArray(row) || typeof row[0] !== 'string' || !isHashed(row[1], row[2], algorithm)) return false;
  if (row.length === 3) return true;
  if (row.length > 5 || !isLexedRow(row[3])) return false;
  return row.length === 4 || isResultRow(row[4], row[3][1].length, assetPath, algorithm);
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

function isResultRow(row: unknown, references: number, assetPath: string, algorithm: HashAlgorithm): row is ResultRow {
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
  const { hash, url, isDirect } = value;
  if (typeof hash !== 'string' || typeof isDirect !== 'boolean' || !/^[0-9a-f]{8,64}$/.test(hash)) return false;
  // Half a surrogate pair has no percent-encoding, so no asset path with one ever had a URL.
  if (/\p{Cs}/u.test(assetPath)) return false;
  return (isDirect ? [STORE_URL, IMMUTABLE_STORE_URL] : ['']).some((folder) => url === hashedUrl(assetPath, hash, folder));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
