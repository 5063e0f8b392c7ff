import path from 'node:path';
import { type Encoding, EXTENSIONS } from '../../core/content-types.js';

/** A compressed form of one content. */
export interface Variant {
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** The variants of one content. */
export type Variants = Partial<Record<Encoding, Variant>>;

/** The folder of the variants and their record. */
export function encodedDir(cacheDir: string): string {
  return path.join(cacheDir, 'encoded');
}

/** The place of a variant. The store is input, not truth: compare size and SHA-256. */
export function variantFile(cacheDir: string, contentHash: string, encoding: Encoding): string {
  return path.join(encodedDir(cacheDir), `${contentHash}.${EXTENSIONS[encoding]}`);
}
