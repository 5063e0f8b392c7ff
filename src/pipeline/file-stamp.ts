import type fs from 'node:fs';

/** What the file system says of a file's state, without its content. */
export interface FileStamp {
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedMs: number;
  /** Nanoseconds since the epoch: the later of modification and inode change. */
  touchedNs: bigint;
  /**
   * Changes whenever the file may have changed: size, modification time with
   * nanoseconds, inode, and the inode's change time, which no program can set
   * back (`cp -p`, `rsync -t` and `touch -d` set only the modification time).
   */
  signature: string;
}

export function stampOf({ size, mtimeNs, ctimeNs, ino }: fs.BigIntStats): FileStamp {
  return {
    size: Number(size),
    modifiedMs: Number(mtimeNs / 1_000_000n),
    touchedNs: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
    signature: `${size}-${mtimeNs}-${ctimeNs}-${ino}`,
  };
}

/** Kernel clocks tick every 1 to 10 ms; a time stamp can be that much behind. */
const FINE_GRAIN_NS = 20_000_000n;
/** FAT keeps modification times in steps of two seconds; some network drives in whole ones. */
const COARSE_GRAIN_NS = 2_000_000_000n;
const SECOND_NS = 1_000_000_000n;

/** Time stamps in whole seconds come from a file system that keeps no finer ones. */
export function hasCoarseStamp({ touchedNs }: FileStamp): boolean {
  return touchedNs % SECOND_NS === 0n;
}

/**
 * Whether a file was touched so shortly before `nowNs` that another write
 * could leave the same stamp. A hash taken now must not be remembered for it
 * ("racily clean", as git says of its index).
 */
export function isRacy(stamp: FileStamp, nowNs: bigint): boolean {
  return stamp.touchedNs + (hasCoarseStamp(stamp) ? COARSE_GRAIN_NS : FINE_GRAIN_NS) >= nowNs;
}

/** The present, in nanoseconds since the epoch, to the millisecond: never ahead of the file system's clock. */
export function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/**
 * Waits until files just written are no longer racy, so that they need not be
 * read again next time: at most one grain of a fine clock. For coarse stamps
 * it would be seconds, so those are read again instead.
 */
export function letClockTick(stamps: readonly FileStamp[]): void {
  const now = nowNs();
  if (!stamps.some((stamp) => !hasCoarseStamp(stamp) && isRacy(stamp, now))) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(FINE_GRAIN_NS / 1_000_000n) + 1);
}
