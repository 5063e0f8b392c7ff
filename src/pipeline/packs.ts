import fs from 'node:fs';
import path from 'node:path';
import { algorithmOf } from '../core/manifest-document.js';
import {
  isRecord,
  OTHER_VERSION,
  readCheckedDocument,
  serializeCheckedDocument,
  type UnusableDocument,
  WRONG_CONTENT,
} from '../disk/checked-document.js';
import {
  attemptToWrite,
  createReusableMemory,
  isLimitOfOpenFiles,
  removeQuietly,
  replaceText,
  unreadable,
  writeAll,
} from '../disk/files.js';

/** A frozen copy in a pack: one file with the small copies of one build. */
export interface PackedCopy {
  contentHash: string;
  /** Bytes. */
  size: number;
  /** Where the copy begins in the pack. */
  offset: number;
  pack: Pack;
}

interface Pack {
  /** Absolute path. */
  file: string;
  /** Its list of the copies. Absolute path. */
  index: string;
  /** Bytes. */
  size: number;
  mtimeMs: number;
  ctimeMs: number;
}

const VERSION = 1;
const EXTENSION = '.pack';
const INDEX_EXTENSION = '.json';

interface FoundPacks {
  packs: { pack: Pack; copies: PackedCopy[] }[];
  /** Indexes that cannot be used, so that their packs cannot be used either. */
  unusable: ({ index: string; file: string } & UnusableDocument)[];
}

/**
 * Finds the packs in a folder. A pack counts only with a whole index, which is
 * written after it. A copy beyond the end of a cut pack does not count.
 */
export function findPacks(folder: string, names: Iterable<string>): FoundPacks {
  const found: FoundPacks = { packs: [], unusable: [] };
  for (const name of names) {
    if (!name.endsWith(EXTENSION + INDEX_EXTENSION)) continue;
    const index = path.join(folder, name);
    const file = index.slice(0, -INDEX_EXTENSION.length);
    const entries = readIndex(index);
    if ('problem' in entries) found.unusable.push({ index, file, ...entries });
    const stats = fs.lstatSync(file, { throwIfNoEntry: false });
    if ('problem' in entries || !stats?.isFile()) continue;
    const pack = { file, index, size: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs };
    let end = 0;
    const copies = entries.list.map(([contentHash, size]): PackedCopy => {
      end += size;
      return { contentHash, size, offset: end - size, pack };
    });
    found.packs.push({ pack, copies: copies.filter(({ offset, size }) => offset + size <= pack.size) });
  }
  return found;
}

/** One copy. They are in the order of the pack, and fill it. */
type Entry = [contentHash: string, size: number];

function readIndex(index: string): { list: Entry[] } | UnusableDocument {
  const document = readCheckedDocument(index) ?? { problem: 'it was removed meanwhile' };
  if ('problem' in document) return document;
  const { body } = document;
  if (!isRecord(body)) return { problem: WRONG_CONTENT };
  if (body.version !== VERSION) return { problem: OTHER_VERSION };
  const { copies } = body;
  return Array.isArray(copies) && copies.every(isEntry) ? { list: copies } : { problem: WRONG_CONTENT };
}

/** Content hashes become names of files, so this check must stop wrong ones. */
function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !Number.isSafeInteger(value[1])) return false;
  return value[1] >= 0 && algorithmOf(value[0]) !== undefined;
}

/** Reads copies. Keeps the last pack open, since the next copy is mostly in the same one. */
export function openPackReader() {
  const memory = createReusableMemory();
  let opened: { file: string; descriptor: number } | undefined;
  const close = () => {
    if (opened) fs.closeSync(opened.descriptor);
    opened = undefined;
  };
  return {
    close,

    /** Returns the bytes of a copy, valid until the next call; `undefined` if the pack cannot be read. */
    read({ pack: { file }, offset, size }: PackedCopy): Buffer | undefined {
      try {
        if (opened?.file !== file) {
          close();
          opened = { file, descriptor: fs.openSync(file, 'r') };
        }
        return readExactly(opened.descriptor, memory(size), offset);
      } catch (error) {
        if (isLimitOfOpenFiles(error)) throw unreadable(file, error);
        return undefined;
      }
    },
  };
}

/** How many bytes are written at once. */
const BUFFER_BYTES = 1024 * 1024;

/**
 * Writes a new pack. A killed build leaves a pack without an index, which no
 * build uses.
 *
 * @param name without extension; no other process may use it.
 */
export function openPackWriter(folder: string, name: string) {
  const file = path.join(folder, name + EXTENSION);
  const descriptor = attemptToWrite(file, () => fs.openSync(file, 'wx+'));
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const memory = createReusableMemory();
  const places = new Map<string, { offset: number; size: number }>();
  let flushed = 0;
  let used = 0;
  const flush = () => {
    attemptToWrite(file, () => writeAll(descriptor, buffer.subarray(0, used)));
    flushed += used;
    used = 0;
  };
  return {
    file,
    index: file + INDEX_EXTENSION,

    /** @param content at most {@link BUFFER_BYTES}. */
    add(contentHash: string, content: Buffer): void {
      if (places.has(contentHash)) return;
      if (used + content.length > buffer.length) flush();
      places.set(contentHash, { offset: flushed + used, size: content.length });
      used += content.copy(buffer, used);
    },

    /** Returns the bytes of a copy, valid until the next one is added. */
    read(contentHash: string): Buffer | undefined {
      const place = places.get(contentHash);
      if (place === undefined) return undefined;
      const { offset, size } = place;
      if (offset >= flushed) return buffer.subarray(offset - flushed, offset - flushed + size);
      return readExactly(descriptor, memory(size), offset);
    },

    finish(): void {
      flush();
      const copies = Array.from(places, ([contentHash, { size }]): Entry => [contentHash, size]);
      replaceText(file + INDEX_EXTENSION, serializeCheckedDocument(JSON.stringify({ version: VERSION, copies })));
      fs.closeSync(descriptor);
    },

    /** Removes the pack. Call it only before `finish`, or after `finish` has failed. */
    discard(): void {
      fs.closeSync(descriptor);
      removeQuietly(file);
    },
  };
}

/** Returns `undefined` if the file ends before. */
function readExactly(descriptor: number, target: Buffer, offset: number): Buffer | undefined {
  let length = 0;
  for (let bytes = 1; bytes > 0 && length < target.length; length += bytes)
    bytes = fs.readSync(descriptor, target, length, target.length - length, offset + length);
  return length === target.length ? target : undefined;
}
