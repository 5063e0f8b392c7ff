import { compareAssetPaths } from './asset-path.js';
import { SmartCacheError } from './errors.js';
import type { Delivery } from './hosts.js';
import { storeFolderOf } from './rewrite-rules.js';

export type HashAlgorithm = 'md5' | 'sha256' | 'sha384' | 'sha512';

/** The number of hex digits of each algorithm. */
export const HEX_DIGITS: Readonly<Record<HashAlgorithm, number>> = { md5: 32, sha256: 64, sha384: 96, sha512: 128 };
export const HASH_ALGORITHMS = Object.keys(HEX_DIGITS) as HashAlgorithm[];

/** Returns the algorithm of a whole content hash, or `undefined` if the text is not a content hash. */
export function algorithmOf(contentHash: string): HashAlgorithm | undefined {
  const algorithm = BY_DIGITS.get(contentHash.length);
  return algorithm !== undefined && /^[0-9a-f]+$/.test(contentHash) ? algorithm : undefined;
}

const BY_DIGITS: ReadonlyMap<number, HashAlgorithm> = new Map(HASH_ALGORITHMS.map((algorithm) => [HEX_DIGITS[algorithm], algorithm]));

export interface ManifestEntry {
  /** The hash in the URL. */
  hash: string;
  /** Percent-encoded, without `basePath` or CDN prefix. */
  url: string;
  /** Subresource Integrity metadata (W3C SRI): `sha256-…`. */
  integrity: string;
  /** Bytes. */
  size: number;
}

/** The public document at `.smart-cache/manifest.json`. */
export interface Manifest {
  version: typeof MANIFEST_VERSION;
  algorithm: HashAlgorithm;
  /** Asset path → entry, sorted by asset path. */
  assets: Record<string, ManifestEntry>;
}

export const MANIFEST_VERSION = 1;

/** Sorts the keys, so that the same manifest has the same bytes. */
export function serializeManifest(manifest: Manifest): string {
  const assets: Record<string, ManifestEntry> = {};
  for (const assetPath of Object.keys(manifest.assets).sort(compareAssetPaths)) {
    const { hash, url, integrity, size } = manifest.assets[assetPath] as ManifestEntry;
    assets[assetPath] = { hash, url, integrity, size };
  }
  return `${JSON.stringify({ version: manifest.version, algorithm: manifest.algorithm, assets }, null, 2)}\n`;
}

/**
 * Parses and checks a manifest. Nothing else may parse the document.
 *
 * @param source where the text comes from, for the message.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_MANIFEST_INVALID` when the text is
 * cut short, of another version, or edited into another shape.
 */
export function parseManifest(text: string, source: string): Manifest {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid(source, 'it is not JSON; it may be cut short', error);
  }
  if (!isRecord(document)) throw invalid(source, 'it is not an object');
  if (document.version !== MANIFEST_VERSION) {
    throw invalid(source, `it is version ${JSON.stringify(document.version)}, and this release reads version ${MANIFEST_VERSION}`);
  }
  if (!HASH_ALGORITHMS.some((algorithm) => algorithm === document.algorithm))
    throw invalid(source, 'this release does not know its "algorithm"');
  if (!isRecord(document.assets)) throw invalid(source, 'it has no "assets"');
  for (const [assetPath, entry] of Object.entries(document.assets)) {
    if (!assetPath.startsWith('/') || !isManifestEntry(entry))
      throw invalid(source, `its entry ${JSON.stringify(assetPath)} was edited by hand`);
  }
  return document as unknown as Manifest;
}

/** The delivery that a manifest was made for; `undefined` if it is empty. */
export function deliveryOf({ assets }: Manifest): Delivery | undefined {
  const urls = Object.values(assets).map(({ url }) => url);
  if (urls.length === 0) return undefined;
  return urls.every((url) => storeFolderOf(url) !== '') ? 'static' : 'rewrite';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isManifestEntry(value: unknown): value is ManifestEntry {
  return (
    isRecord(value) &&
    typeof value.hash === 'string' &&
    /^[0-9a-f]+$/.test(value.hash) &&
    typeof value.url === 'string' &&
    value.url.startsWith('/') &&
    typeof value.integrity === 'string' &&
    typeof value.size === 'number'
  );
}

function invalid(source: string, why: string, cause?: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_MANIFEST_INVALID',
    { what: 'The manifest cannot be read', where: source, why, fix: 'run "npx next-smart-cache build", which writes it anew' },
    { cause },
  );
}

/** The asset paths that differ between two manifests, sorted. */
export interface ManifestChanges {
  added: string[];
  /** Files whose URL changed, also because of a reference. */
  edited: string[];
  removed: string[];
}

export function compareManifests(before: Manifest, after: Manifest): ManifestChanges {
  const changes: ManifestChanges = { added: [], edited: [], removed: [] };
  for (const [assetPath, { url }] of Object.entries(after.assets)) {
    const known = Object.hasOwn(before.assets, assetPath) ? before.assets[assetPath] : undefined;
    if (known === undefined) changes.added.push(assetPath);
    else if (known.url !== url) changes.edited.push(assetPath);
  }
  changes.removed = Object.keys(before.assets).filter((assetPath) => !Object.hasOwn(after.assets, assetPath));
  for (const assetPaths of Object.values(changes) as string[][]) assetPaths.sort(compareAssetPaths);
  return changes;
}
