import path from 'node:path';
import { contentTypeOf, type Encoding, isCompressible, mediaTypeOf } from '../core/content-types.js';
import { nameInStore } from '../core/handled-files.js';
import type { AppHeaders } from '../core/site-rules.js';
import { variantFile } from '../pipeline/encoded/variant-file.js';
import { readServerDocument, type ServedEntry } from '../pipeline/server-document.js';
import { type Coding, encodingsWith } from './accept-encoding.js';
import type { CheckedFile } from './checked-file.js';
import type { Representation } from './representation.js';

/** A file that the server may send. There may be 50,000, so each holds only what the build wrote until it is asked for. */
export interface StoreFile {
  /** Percent-encoded, without prefix. */
  readonly url: string;
  readonly entry: ServedEntry;
  /** `undefined` until the first request. */
  traits: FileTraits | undefined;
  /** The representations in memory. */
  ready: Partial<Record<Coding, Representation>>;
}

/** The properties of a file that depend on no request. */
interface FileTraits {
  contentType: string;
  appHeaders: AppHeaders;
  /** The encodings that the file has. */
  encodings: readonly Encoding[];
  /** Whether the server makes a gzip variant if the build has made none. */
  isCompressed: boolean;
  /** When the server could not use a file on disk, by coding: milliseconds of `performance.now()`. */
  failures: Partial<Record<Coding, number>> | undefined;
}

/** The files of one build. */
export interface StoreFiles {
  /** Finds the file that a request names, by its exact path. Other spellings are for Next. */
  find(requestUrl: string): StoreFile | undefined;
  traitsOf(file: StoreFile): FileTraits;
  /** The file on disk with the bytes of one coding; `undefined` if the store has none. */
  sourceOf(file: StoreFile, coding: Coding): CheckedFile | undefined;
}

/** Next's server does not compress smaller responses (`threshold` of `compression`). */
const MIN_COMPRESSED_BYTES = 1024;

/**
 * Reads which files of a build the server may send. It does not look at the
 * files themselves.
 *
 * @param distDir absolute.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE`
 */
export function readStoreFiles(distDir: string): StoreFiles {
  const cacheDir = path.join(distDir, 'cache', 'next-smart-cache');
  const { files, headerSets, compress, prefixes } = readServerDocument(distDir);
  const byUrl = new Map<string, StoreFile>();
  let longest = 0;
  for (const url in files) {
    byUrl.set(url, { url, entry: files[url] as ServedEntry, traits: undefined, ready: {} });
    longest = Math.max(longest, url.length);
  }
  longest += Math.max(prefixes.basePath.length, prefixes.assetPrefix.length);
  return {
    find(requestUrl) {
      const query = requestUrl.indexOf('?');
      const requestPath = query === -1 ? requestUrl : requestUrl.slice(0, query);
      if (requestPath.length > longest) return undefined;
      const { basePath, assetPrefix } = prefixes;
      const file = requestPath.startsWith(basePath) ? byUrl.get(requestPath.slice(basePath.length)) : undefined;
      if (file !== undefined || assetPrefix === '' || !requestPath.startsWith(`${assetPrefix}/_next/static/`)) return file;
      return byUrl.get(requestPath.slice(assetPrefix.length));
    },
    traitsOf(file) {
      file.traits ??= findTraits(file);
      return file.traits;
    },
    sourceOf({ url, entry: [contentHash, size, , variants] }, coding) {
      if (coding === 'identity') return { file: path.join(distDir, 'static', nameInStore(url)), size, hash: contentHash };
      const variant = variants?.[coding];
      return variant && { file: variantFile(cacheDir, contentHash, coding), size: variant.size, hash: variant.sha256 };
    },
  };

  function findTraits({ url, entry: [, size, headerSet, variants = {}] }: StoreFile): FileTraits {
    const mediaType = mediaTypeOf(url) ?? 'application/octet-stream';
    const isCompressed = compress && size >= MIN_COMPRESSED_BYTES && isCompressible(mediaType);
    const has = (encoding: Encoding) => variants[encoding] !== undefined || (encoding === 'gzip' && isCompressed);
    const appHeaders = headerSets[headerSet] ?? [];
    return { contentType: contentTypeOf(mediaType), appHeaders, encodings: encodingsWith(has), isCompressed, failures: undefined };
  }
}
