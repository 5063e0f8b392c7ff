import fs from 'node:fs';
import path from 'node:path';
import { ENCODINGS, type Encoding } from '../../core/content-types.js';
import { algorithmOf } from '../../core/manifest-document.js';
import { isRecord, OTHER_VERSION, readCheckedDocument, serializeCheckedDocument, WRONG_CONTENT } from '../../disk/checked-document.js';
import { removeQuietly, writeIfChanged } from '../../disk/files.js';
import { sha256Of } from './encode-file.js';
import { ENCODERS } from './encoders.js';
import { encodedDir, type Variant } from './variant-file.js';

/** The variants of one content that earlier builds made, and `null` where compression saves too little. */
type RecordedVariants = Partial<Record<Encoding, Variant | null>>;

/** Content hash → its variants. */
export type VariantRecord = Map<string, RecordedVariants>;

export const RECORD_NAME = 'variants.json';
const VERSION = 1;

/** Reads the record. Variants that other settings made are left out. */
export function readVariantRecord(folder: string): { record: VariantRecord; problem?: string } {
  const record: VariantRecord = new Map();
  const document = readCheckedDocument(path.join(folder, RECORD_NAME));
  if (document === undefined) return { record };
  if ('problem' in document) return { record, problem: document.problem };
  const { body } = document;
  if (!isRecord(body) || body.version !== VERSION) return { record, problem: OTHER_VERSION };
  if (!isRecord(body.settings) || !isRecord(body.contents)) return { record, problem: WRONG_CONTENT };
  const { settings } = body;
  const usable = ENCODINGS.filter((encoding) => settings[encoding] === ENCODERS[encoding].settings);
  for (const [contentHash, value] of Object.entries(body.contents)) {
    // Content hashes become names of files.
    if (algorithmOf(contentHash) === undefined || !isRecord(value)) return { record: new Map(), problem: WRONG_CONTENT };
    const entries = usable.flatMap((encoding) => {
      const variant = parseVariant(value[encoding]);
      return variant === undefined ? [] : [[encoding, variant] as const];
    });
    record.set(contentHash, Object.fromEntries(entries));
  }
  return { record };
}

/** @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED` */
export function writeVariantRecord(folder: string, record: VariantRecord): void {
  const settings = Object.fromEntries(ENCODINGS.map((encoding) => [encoding, ENCODERS[encoding].settings]));
  const contents = [...record].map(([contentHash, variants]) => {
    const entries = Object.entries(variants).map(([encoding, variant]) => [encoding, variant && [variant.size, variant.sha256]]);
    return [contentHash, Object.fromEntries(entries)];
  });
  const body = JSON.stringify({ version: VERSION, settings, contents: Object.fromEntries(contents) });
  writeIfChanged(path.join(folder, RECORD_NAME), serializeCheckedDocument(body));
}

function parseVariant(value: unknown): Variant | null | undefined {
  if (value === null) return null;
  if (!Array.isArray(value)) return undefined;
  const [size, sha256] = value as unknown[];
  return typeof size === 'number' && typeof sha256 === 'string' ? { size, sha256 } : undefined;
}

/** Whether a file is the variant that the record describes. A crash, a CI cache or another program may have changed it. */
export function isWhole(file: string, { size, sha256 }: Variant): boolean {
  try {
    // A symbolic link would point out of the store.
    const stats = fs.lstatSync(file);
    return stats.isFile() && stats.size === size && sha256Of(fs.readFileSync(file)) === sha256;
  } catch {
    return false;
  }
}

const PRUNE_AFTER_MS = 60 * 60 * 1000;

/**
 * Removes the variants that no kept deploy needs, and the temporary files of
 * killed builds. Files that were written within the last hour stay, since
 * another build may have just made them. Throws nothing: what stays does no harm.
 *
 * @param now milliseconds since the epoch.
 */
export function pruneVariants(cacheDir: string, isKept: (contentHash: string) => boolean, now: number): void {
  const folder = encodedDir(cacheDir);
  try {
    const names = fs.readdirSync(folder);
    const { record } = readVariantRecord(folder);
    const kept = [...record].filter(([contentHash]) => isKept(contentHash));
    if (kept.length < record.size) writeVariantRecord(folder, new Map(kept));
    for (const name of names) {
      const isTemporary = name.endsWith('.tmp');
      if (name === RECORD_NAME || (!isTemporary && isKept(name.slice(0, name.indexOf('.'))))) continue;
      const file = path.join(folder, name);
      // Do not use the time of the inode's last change, since each new hard link changes it.
      const stats = fs.lstatSync(file, { throwIfNoEntry: false });
      if (stats && now - stats.mtimeMs > PRUNE_AFTER_MS) removeQuietly(file);
    }
  } catch {
    // The folder is missing, or the disk is full or read-only, for example.
  }
}
