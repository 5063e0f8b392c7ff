import path from 'node:path';
import type { HashAlgorithm } from '../../core/smart-cache-options.js';
import { identityOf, replaceText } from '../disk/atomic-write.js';
import { isRecord, OTHER_VERSION, readCheckedDocument, serializeCheckedDocument, WRONG_CONTENT } from '../disk/checked-document.js';
import type { SourceFile } from '../graph/source-file.js';
import { type CachedFile, fromRow, isRow, type Row, toRow } from './scan-cache-rows.js';

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
  /** Absolute path. */
  file: string;
  /** Why the file on disk is not believed; `undefined` if it is, or if there is none. */
  problem: string | undefined;
  /** Replaces the cache in one step. */
  save(files: Iterable<FileToSave>, stateKey?: string): void;
}

type FileToSave = CachedFile & Pick<SourceFile, 'assetPath' | 'signature'>;

/** Changes with the form of the rows, and with what the lexers find. */
const VERSION = 7;

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
  problem?: string | undefined;
}

/** Of the caches that this process has written: the development server builds again and again, and most of the rows stay the same. */
const remembered = new Map<string, Contents>();

/** As remembered, unless another process has written since. */
function contentsOf(file: string, head: Head): Contents {
  const identity = identityOf(file);
  const latest = remembered.get(file);
  if (latest && latest.identity === identity && isSameHead(latest.head, head)) return latest;
  return { identity, head, ...readContents(file, head) };
}

/** The one that there is, if it says the same. */
function entryOf(found: FileToSave, before: Entry | undefined): Entry {
  const isSame = before?.row[0] === found.signature && before.file?.lexed === found.lexed && before.file?.links === found.links;
  const entry = isSame ? before : { row: toRow(found) };
  entry.text ??= `${JSON.stringify(found.assetPath)}:${JSON.stringify(entry.row)}`;
  return entry;
}

/** What the rows have in common. */
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
