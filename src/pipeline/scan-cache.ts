import path from 'node:path';
import type { HashAlgorithm } from '../core/options.js';
import { readTextIfThere, writeIfChanged } from './atomic-write.js';
import type { FrozenFile } from './freeze.js';

/**
 * What the last build learned, so that unchanged files are not read again.
 * Only a cache: when it is missing or damaged, everything is read.
 */
export interface ScanCache {
  /** The hashes of a file, if it still has this signature. */
  find(assetPath: string, signature: string): CachedHashes | undefined;
  /** Replaces the cache in one step. */
  save(files: Iterable<FrozenFile & { assetPath: string }>): void;
}

type CachedHashes = Pick<FrozenFile, 'contentHash' | 'integrity'>;

const VERSION = 1;

type Row = [signature: string, contentHash: string, integrity: string];

/**
 * @param isFrozen whether what it knows is in the store too. Default: true. Development has a
 * cache of its own: a half copy left by a killed build must not be taken for a
 * whole one because development knew the hash.
 */
export function openScanCache(cacheDir: string, algorithm: HashAlgorithm, isFrozen = true): ScanCache {
  const file = path.join(cacheDir, isFrozen ? 'scan.json' : 'scan-development.json');
  const rows = readRows(file, algorithm);
  return {
    find(assetPath, signature) {
      const row = rows[assetPath];
      return row?.[0] === signature ? { contentHash: row[1], integrity: row[2] } : undefined;
    },
    save(files) {
      const saved: Record<string, Row> = {};
      for (const { assetPath, signature, contentHash, integrity } of files) saved[assetPath] = [signature, contentHash, integrity];
      writeIfChanged(file, JSON.stringify({ version: VERSION, algorithm, files: saved }));
    },
  };
}

function readRows(file: string, algorithm: HashAlgorithm): Record<string, Row> {
  try {
    const cache = JSON.parse(readTextIfThere(file) ?? '') as { version?: unknown; algorithm?: unknown; files: Record<string, Row> };
    if (cache.version === VERSION && cache.algorithm === algorithm) return Object(cache.files) as Record<string, Row>;
  } catch {
    // Cut short by a crash of the machine: read everything once more.
  }
  return {};
}
