import path from 'node:path';
import type { HashAlgorithm } from '../../core/smart-cache-options.js';
import { identityOf, readTextIfThere, replaceText } from '../disk/atomic-write.js';
import type { CachedLinks, SourceFile } from '../graph/source-file.js';
import type { LexedFile } from '../references/find-references.js';
import type { Notation, ReferenceKind } from '../references/reference.js';

/**
 * What the last build learned, so that unchanged files are not read again, and
 * those above them not rewritten. Only a cache: when it is missing or damaged,
 * everything is read.
 */
export interface ScanCache {
  /** What is known of a file, if it still has this signature. */
  find(assetPath: string, signature: string): CachedFile | undefined;
  /** The state that the links of the files hold for. */
  stateKey: string | undefined;
  /** Replaces the cache in one step. */
  save(files: Iterable<FileToSave>, stateKey?: string): void;
}

export type CachedFile = Pick<SourceFile, 'contentHash' | 'integrity' | 'lexed' | 'links'>;

type FileToSave = CachedFile & Pick<SourceFile, 'assetPath' | 'signature'>;

/** Changes with the form of the rows, and with what the lexers find. */
const VERSION = 5;

type Row = [signature: string, contentHash: string, integrity: string, lexed?: LexedRow | null, links?: LinksRow];
type LexedRow = [isModule: 0 | 1, problem: LexedFile['problem'] | 0, references: ReferenceRow[]];
type ReferenceRow = [kind: ReferenceKind, notation: Notation, start: number, end: number, line: number, url: string];
/** A destination of `undefined` is written as `0`, since JSON has none. */
type LinksRow = [key: string, output: CachedLinks['output'], destinations: (string | null | 0)[], standing: CachedLinks['standing']];

export interface ScanCacheOptions {
  algorithm: HashAlgorithm;
  /**
   * Whether what it knows is in the store too. Default: true. Development has
   * a cache of its own: a half copy left by a killed build must not be taken
   * for a whole one because development knew the hash.
   */
  isFrozen?: boolean;
}

export function openScanCache(cacheDir: string, { algorithm, isFrozen = true }: ScanCacheOptions): ScanCache {
  const file = path.join(cacheDir, isFrozen ? 'scan.json' : 'scan-development.json');
  const head = { version: VERSION, algorithm };
  const { files: known, stateKey } = contentsOf(file, head);
  return {
    stateKey,
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
      const identity = replaceText(file, `${start},"files":{\n${rows.join(',\n')}\n}}`);
      remembered.set(file, { identity, head, stateKey: newStateKey, files: saved });
    },
  };
}

/** What is known of one file, in the forms that were asked for so far. */
interface Entry {
  row: Row;
  file?: CachedFile;
  /** As it was written: `"/asset/path":[…]`. */
  text?: string;
}

interface Contents {
  identity: string | undefined;
  head: Head;
  stateKey: string | undefined;
  files: Map<string, Entry>;
}

/** Of the caches that this process has written: the development server builds again and again, and most of the rows stay the same. */
const remembered = new Map<string, Contents>();

/** As remembered, unless another process has written since. */
function contentsOf(file: string, head: Head): Contents {
  const identity = identityOf(file);
  const latest = remembered.get(file);
  if (latest && latest.identity === identity && isSameHead(latest.head, head)) return latest;
  const { rows, stateKey } = readRows(file, head);
  return { identity, head, stateKey, files: new Map(Object.entries(rows).map(([assetPath, row]) => [assetPath, { row }])) };
}

/** The one that there is, if it says the same. */
function entryOf(found: FileToSave, before: Entry | undefined): Entry {
  const isSame = before?.row[0] === found.signature && before.file?.lexed === found.lexed && before.file?.links === found.links;
  const entry = isSame ? before : { row: toRow(found) };
  entry.text ??= `${JSON.stringify(found.assetPath)}:${JSON.stringify(entry.row)}`;
  return entry;
}

function toRow({ signature, contentHash, integrity, lexed, links }: FileToSave): Row {
  if (lexed === undefined) return [signature, contentHash, integrity];
  const references = lexed.references.map(
    ({ kind, notation, start, end, line, url }): ReferenceRow => [kind, notation, start, end, line, url],
  );
  const lexedRow: LexedRow = [lexed.isModule ? 1 : 0, lexed.problem ?? 0, references];
  if (links === undefined) return [signature, contentHash, integrity, lexedRow];
  const destinations = links.destinations.map((destination) => (destination === undefined ? 0 : destination));
  return [signature, contentHash, integrity, lexedRow, [links.key, links.output, destinations, links.standing]];
}

function fromRow([, contentHash, integrity, lexed, links]: Row): CachedFile {
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

/** What the rows have in common. */
interface Head {
  version: number;
  algorithm: HashAlgorithm;
}

function isSameHead(a: Partial<Head>, b: Head): boolean {
  return a.version === b.version && a.algorithm === b.algorithm;
}

function readRows(file: string, head: Head): { rows: Record<string, Row>; stateKey?: string | undefined } {
  try {
    const cache = JSON.parse(readTextIfThere(file) ?? '') as Partial<Head> & { stateKey?: string; files: Record<string, Row> };
    if (isSameHead(cache, head)) return { rows: Object(cache.files) as Record<string, Row>, stateKey: cache.stateKey };
  } catch {
    // Cut short by a crash of the machine: read everything once more.
  }
  return { rows: {} };
}
