import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError } from '../core/errors.js';
import { HEX_DIGITS } from '../core/manifest-document.js';
import type { AppHeaders } from '../core/site-rules.js';
import { isRecord, OTHER_VERSION, readCheckedDocument, serializeCheckedDocument, WRONG_CONTENT } from '../disk/checked-document.js';
import { replaceText } from '../disk/files.js';
import type { Variants } from './encoded/variant-file.js';

/** One file, as short as possible, since there may be 50,000. */
export type ServedEntry = [contentHash: string, bytes: number, headerSet: number, variants?: Variants];

/** The files of one build that the handler of this package sends without Next. */
export interface ServerDocument {
  version: typeof VERSION;
  buildId: string;
  prefixes: {
    basePath: string;
    /** The `assetPrefix` of Next if it is a path, otherwise `''`. Only URLs under `/_next/static` have it. */
    assetPrefix: string;
  };
  /** Next's `compress`: whether responses may be compressed on the way. */
  compress: boolean;
  /** Headers that the app's own rules set. */
  headerSets: AppHeaders[];
  /** Percent-encoded URL without prefix → file. */
  files: Record<string, ServedEntry>;
}

const VERSION = 1;

function documentFile(distDir: string): string {
  return path.join(distDir, 'smart-cache-server.json');
}

/**
 * Writes the document of a finished build.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`
 */
export function writeServerDocument(distDir: string, document: Omit<ServerDocument, 'version'>): void {
  replaceText(documentFile(distDir), serializeCheckedDocument(JSON.stringify({ version: VERSION, ...document })));
}

/** Removes the document of an older build. A server must not use it with the files of a build that failed. */
export function removeServerDocument(distDir: string): void {
  fs.rmSync(documentFile(distDir), { force: true });
}

/**
 * Reads the document of the build in a folder. Its checksum tells whether it is
 * as the build wrote it, so only its form is checked.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE`
 */
export function readServerDocument(distDir: string): ServerDocument {
  const file = documentFile(distDir);
  const document = readCheckedDocument(file);
  if (document === undefined)
    throw unusable(file, 'there is no such file: "next build" has not run, has failed, or ran without this version of next-smart-cache');
  if ('problem' in document) throw unusable(file, document.problem);
  const { body } = document;
  if (!isRecord(body)) throw unusable(file, WRONG_CONTENT);
  if (body.version !== VERSION) throw unusable(file, OTHER_VERSION);
  if (!isServerDocument(body)) throw unusable(file, WRONG_CONTENT);
  const buildId = readBuildId(distDir);
  if (buildId !== body.buildId)
    throw unusable(file, buildId === undefined ? 'the folder has no BUILD_ID, so its build failed' : 'it belongs to another build');
  return body;
}

/** Our checks remove BUILD_ID from a build that must not be served. */
function readBuildId(distDir: string): string | undefined {
  try {
    return fs.readFileSync(path.join(distDir, 'BUILD_ID'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isServerDocument(body: Record<string, unknown>): body is Record<string, unknown> & ServerDocument {
  const { buildId, prefixes, headerSets, files } = body;
  return (
    typeof buildId === 'string' &&
    isRecord(prefixes) &&
    typeof prefixes.basePath === 'string' &&
    typeof prefixes.assetPrefix === 'string' &&
    Array.isArray(headerSets) &&
    isRecord(files) &&
    areServedEntries(files, headerSets.length)
  );
}

/** A server reads up to 50,000 entries when it starts, so this makes no lists of them. */
function areServedEntries(files: Record<string, unknown>, headerSets: number): boolean {
  for (const url in files) {
    const entry = files[url] as unknown[];
    if (!Array.isArray(entry) || !isHash(entry[0]) || !isCount(entry[1]) || !isCount(entry[2]) || entry[2] >= headerSets) return false;
    if (entry.length > 3 && !areVariants(entry[3])) return false;
  }
  return true;
}

function areVariants(variants: unknown): boolean {
  return isRecord(variants) && Object.values(variants).every((each) => isRecord(each) && isCount(each.size) && isHash(each.sha256));
}

const HASH_LENGTHS: readonly number[] = Object.values(HEX_DIGITS);

/** Whether a value is a whole content hash of any algorithm. It becomes the name of a file. */
function isHash(value: unknown): boolean {
  // One pattern for all lengths would take most of the time in which a server starts.
  return typeof value === 'string' && HASH_LENGTHS.includes(value.length) && !/[^0-9a-f]/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function unusable(where: string, why: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_BUILD_UNUSABLE', {
    what: 'There is no finished build to serve',
    where,
    why,
    fix: 'run "next build" in the app\'s folder, with withSmartCache() in next.config; if the build runs elsewhere, copy the whole output folder',
  });
}
