import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { systemErrorCode } from '../core/errors.js';
import { algorithmOf } from '../core/manifest-document.js';
import { type FileStamp, isRacy, nowNs, stampOf } from '../disk/hash-file.js';

/** A file of the build, and the bytes that it must have. */
export interface CheckedFile {
  /** Absolute path. */
  file: string;
  /** Bytes. */
  size: number;
  /** In hex. Its length identifies the algorithm. */
  hash: string;
}

/** Why the server does not send a file: it is missing, or has other bytes. */
export class UnusableFile extends Error {
  /** @param code of the system error, if there was one. */
  constructor(
    { file }: CheckedFile,
    why: string,
    readonly code?: string,
  ) {
    super(`${file} ${why}`);
  }
}

/**
 * Reads a whole file, and checks its bytes.
 *
 * @throws {UnusableFile}
 */
export async function readChecked(checked: CheckedFile): Promise<Buffer> {
  const { handle } = await open(checked);
  try {
    const bytes = Buffer.allocUnsafeSlow(checked.size);
    for (let offset = 0; offset < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, offset, bytes.length - offset, offset);
      if (bytesRead === 0) throw new UnusableFile(checked, 'was cut while it was read');
      offset += bytesRead;
    }
    if (createHash(algorithmFor(checked)).update(bytes).digest('hex') !== checked.hash) throw new UnusableFile(checked, WRONG_BYTES);
    return bytes;
  } finally {
    await handle.close();
  }
}

/**
 * Opens a file that is too large to keep in memory. Hashes it before it is sent
 * for the first time, and again whenever its stamp has changed.
 *
 * @returns a function that opens the file, or throws {@link UnusableFile}. The caller closes the file.
 */
export function createCheckedOpener(checked: CheckedFile): () => Promise<fs.FileHandle> {
  /** The outcome for the last stamp: requests that come meanwhile wait for the same one. */
  let last: { signature: string; isRight: Promise<boolean> } | undefined;
  return async () => {
    const now = nowNs();
    const { handle, stamp } = await open(checked);
    try {
      const { signature } = stamp;
      const isRight = last?.signature === signature ? last.isRight : hasRightBytes(handle, checked, signature);
      // Another write in the same tick of the clock would leave the same stamp.
      if (!isRacy(stamp, now)) last = { signature, isRight };
      if (await isRight) return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    throw new UnusableFile(checked, WRONG_BYTES);
  };
}

const WRONG_BYTES = 'has other bytes than the build wrote';

async function open(checked: CheckedFile): Promise<{ handle: fs.FileHandle; stamp: FileStamp }> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(checked.file);
  } catch (error) {
    const code = systemErrorCode(error);
    throw new UnusableFile(checked, `cannot be opened (${code ?? String(error)})`, code);
  }
  try {
    const stats = await handle.stat({ bigint: true });
    const stamp = stampOf(stats);
    if (stats.isFile() && stamp.size === checked.size) return { handle, stamp };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  throw new UnusableFile(checked, WRONG_BYTES);
}

async function hasRightBytes(handle: fs.FileHandle, checked: CheckedFile, signature: string): Promise<boolean> {
  const hash = createHash(algorithmFor(checked));
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk as Buffer);
  const after = stampOf(await handle.stat({ bigint: true }));
  return hash.digest('hex') === checked.hash && after.signature === signature;
}

function algorithmFor({ hash }: CheckedFile): string {
  return algorithmOf(hash) ?? 'sha256';
}
