import path from 'node:path';
import type { HashAlgorithm } from '../core/options.js';
import { readTextIfThere, replaceText } from './atomic-write.js';
import type { CachedLinks, SourceFile } from './graph/link-files.js';
import type { LexedFile } from './references/find-references.js';
import type { Notation, ReferenceKind } from './references/reference.js';

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
const VERSION = 3;

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
  /** Whether files have been looked into. Default: true. */
  findReferences?: boolean;
}

export function openScanCache(cacheDir: string, { algorithm, isFrozen = true, findReferences = true }: ScanCacheOptions): ScanCache {
  const file = path.join(cacheDir, isFrozen ? 'scan.json' : 'scan-development.json');
  const head = { version: VERSION, algorithm, findReferences };
  const { rows, stateKey } = readRows(file, head);
  return {
    stateKey,
    find(assetPath, signature) {
      const row = rows[assetPath];
      return row?.[0] === signature ? fromRow(row) : undefined;
    },
    save(files, newStateKey) {
      const saved: Record<string, Row> = {};
      for (const found of files) saved[found.assetPath] = toRow(found);
      replaceText(file, JSON.stringify({ ...head, stateKey: newStateKey, files: saved }));
    },
  };
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
  findReferences: boolean;
}

function readRows(file: string, head: Head): { rows: Record<string, Row>; stateKey?: string | undefined } {
  try {
    const cache = JSON.parse(readTextIfThere(file) ?? '') as Partial<Head> & { stateKey?: string; files: Record<string, Row> };
    const isOurs = cache.version === head.version && cache.algorithm === head.algorithm && cache.findReferences === head.findReferences;
    if (isOurs) return { rows: Object(cache.files) as Record<string, Row>, stateKey: cache.stateKey };
  } catch {
    // Cut short by a crash of the machine: read everything once more.
  }
  return { rows: {} };
}
