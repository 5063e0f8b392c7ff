import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { Encoding } from '../../core/content-types.js';
import { systemErrorCode } from '../../core/errors.js';
import { algorithmOf } from '../../core/manifest-document.js';
import { removeQuietly, temporaryName } from '../../disk/files.js';
import { ENCODERS } from './encoders.js';
import type { Variant } from './variant-file.js';

/** One variant to make. */
export interface EncodeJob {
  /** The served file. Absolute. */
  file: string;
  /** Its size in bytes. */
  size: number;
  contentHash: string;
  encoding: Encoding;
  /** Where the variant goes. Absolute. */
  target: string;
}

/** A variant; `null` if compression saves too little; or why there is none. */
export type EncodeOutcome = Variant | null | EncodeFailure;

export interface EncodeFailure {
  /** Whether the variant could not be written: the disk is full, for example. */
  isWriteFailure: boolean;
  /** The code of a system error. */
  code: string | undefined;
  message: string;
}

/** A smaller gain is not worth the time that browsers take to decode. */
const WORTH = 0.95;

/**
 * Compresses one file, decodes the result, and writes it only if the decoded
 * bytes are those of the content hash. Never throws: it runs in a thread.
 */
export function encodeFile({ file, contentHash, encoding, target }: EncodeJob): EncodeOutcome {
  let encoded: Buffer;
  try {
    const content = fs.readFileSync(file);
    if (!hasHash(content, contentHash)) throw new Error('it changed while the build was running');
    const { encode, decode } = ENCODERS[encoding];
    encoded = encode(content);
    if (encoded.length > content.length * WORTH) return null;
    if (!decode(encoded, content.length).equals(content)) throw new Error(`its ${encoding} variant decodes to other bytes`);
  } catch (error) {
    return failure(error, false);
  }
  try {
    replaceFile(target, encoded);
  } catch (error) {
    return failure(error, true);
  }
  return { size: encoded.length, sha256: sha256Of(encoded) };
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hasHash(content: Buffer, contentHash: string): boolean {
  const algorithm = algorithmOf(contentHash);
  return algorithm !== undefined && createHash(algorithm).update(content).digest('hex') === contentHash;
}

/** A killed build leaves a temporary file, and never half a variant. */
function replaceFile(target: string, content: Buffer): void {
  const temporary = temporaryName(target);
  try {
    fs.writeFileSync(temporary, content);
    fs.renameSync(temporary, target);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

function failure(error: unknown, isWriteFailure: boolean): EncodeFailure {
  return { isWriteFailure, code: systemErrorCode(error), message: error instanceof Error ? error.message : String(error) };
}
