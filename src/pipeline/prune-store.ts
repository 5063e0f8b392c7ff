import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { removalFailed } from '../disk/files.js';
import { openPackWriter, type PackedCopy } from './packs.js';
import { listFiles, listStore, openPackedCopies, type Store } from './store.js';
import { isStamped } from './whole-copies.js';

const PRUNE_AFTER_MS = 60 * 60 * 1000;

/**
 * Removes the copies that no kept deploy needs, and the files that killed builds
 * left unfinished. The needed part of a mostly unneeded pack goes into a new one.
 * Files younger than an hour stay, since another build may have just made them.
 * A stamped copy becomes young when it is first found unneeded, and loses its stamp.
 *
 * @param now milliseconds since the epoch.
 */
export function pruneStore(store: Store, isKept: (contentHash: string) => boolean, now: number): void {
  const keptPacks = repack(store, isKept, now);
  for (const name of listFiles(store)) {
    const file = path.join(store.filesDir, name);
    if (isKept(name) || keptPacks.has(file)) continue;
    const stats = fs.statSync(file, { throwIfNoEntry: false });
    // Another program may have made a folder here.
    if (!stats?.isFile()) continue;
    if (isOld(stats, now)) remove(file);
    else if (isStamped(stats)) makeYoung(file);
  }
}

/**
 * Copies the needed part of mostly unneeded packs into a new one. The old packs
 * stay for another hour, since another build may have just listed their copies.
 *
 * @returns the files of the packs that stay.
 */
function repack(store: Store, isKept: (contentHash: string) => boolean, now: number): Set<string> {
  const contents = listStore(store);
  const needed = new Map<string, PackedCopy[]>();
  for (const copy of [...contents.packed.values()].flat()) {
    if (!isKept(copy.contentHash)) continue;
    const copies = needed.get(copy.pack.file);
    if (copies === undefined) needed.set(copy.pack.file, [copy]);
    else copies.push(copy);
  }
  const kept = new Set(contents.unusablePacks.flatMap(({ file, index, mayBeWhole }) => (mayBeWhole ? [file, index] : [])));
  const inFullPacks = new Set<string>();
  const leftovers: PackedCopy[] = [];
  for (const [file, copies] of needed) {
    const [{ pack }] = copies as [PackedCopy];
    const bytes = copies.reduce((sum, { size }) => sum + size, 0);
    const isMostlyNeeded = bytes >= pack.size / 2;
    if (isMostlyNeeded) for (const { contentHash } of copies) inFullPacks.add(contentHash);
    if (isMostlyNeeded || !isOld(pack, now)) kept.add(file).add(pack.index);
    else leftovers.push(...copies);
  }
  const moved = leftovers.filter(({ contentHash }) => !inFullPacks.has(contentHash));
  if (moved.length === 0) return kept;
  const reader = openPackedCopies(contents);
  const writer = openPackWriter(store.filesDir, `${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    for (const { contentHash } of moved) {
      const content = reader.read(contentHash);
      if (content) writer.add(contentHash, content);
    }
    writer.finish();
    const replaced = new Set(moved.flatMap(({ pack }) => [pack.file, pack.index]));
    for (const file of replaced) makeYoung(file);
    return new Set([...kept, ...replaced, writer.file, writer.index]);
  } catch (error) {
    writer.discard();
    throw error;
  } finally {
    reader.close();
  }
}

/** Another build may have removed the file meanwhile. */
function makeYoung(file: string): void {
  try {
    const now = new Date();
    fs.utimesSync(file, now, now);
  } catch {
    // The next build then removes the file sooner.
  }
}

type FileTimes = Pick<fs.Stats, 'size' | 'mtimeMs' | 'ctimeMs'>;

/** A stamp does not tell the age. Otherwise the modification time does: it is the only time that CI caches restore. */
function isOld(file: FileTimes, now: number): boolean {
  return now - (isStamped(file) ? file.ctimeMs : file.mtimeMs) > PRUNE_AFTER_MS;
}

function remove(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    throw removalFailed(file, error);
  }
}
