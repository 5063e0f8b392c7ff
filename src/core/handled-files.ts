import { encodeAssetPath } from './asset-path.js';
import { mediaTypeOf } from './content-types.js';
import { REWRITE_STORE_URL } from './rewrite-rules.js';
import { type AppHeaders, type BuiltRouting, compileSiteRules } from './site-rules.js';

/** The files of a build that the handler of this package sends without Next. */
export interface HandledFiles {
  /** Each list once. Most files have the same headers. */
  headerSets: AppHeaders[];
  /** Percent-encoded URL without `basePath` → the name below `.next/static`, and the index of the list. */
  files: Map<string, { name: string; headerSet: number }>;
}

/**
 * Finds the files that Next would send with headers that are known beforehand.
 * Next keeps the others: files whose requests the proxy sees, that a redirect or
 * a rewrite of the app matches, or whose headers depend on the request, and files
 * of an unknown type.
 *
 * @param names files of the store, relative to `.next/static`, with `/`.
 * @param assetPrefix Next's, if it is a path; `''` for none.
 */
export function findHandledFiles(site: BuiltRouting, names: Iterable<string>, assetPrefix: string): HandledFiles {
  const rules = compileSiteRules(site, { name: 'the handler', assetPrefix, canWrite: isWritable });
  const indexes = new Map<string, number>();
  const handled: HandledFiles = { headerSets: [], files: new Map() };
  for (const name of names) {
    if (mediaTypeOf(name) === undefined) continue;
    const kind = name.startsWith(REWRITE_FOLDER) ? 'rewrite' : 'direct';
    const url = urlInStore(name);
    if (rules.takenBy(url, kind) !== undefined) continue;
    const headers = rules.headersOf(url, kind);
    if (typeof headers === 'string') continue;
    const key = JSON.stringify(headers);
    const headerSet = indexes.get(key) ?? handled.headerSets.push(headers) - 1;
    indexes.set(key, headerSet);
    handled.files.set(url, { name, headerSet });
  }
  return handled;
}

const REWRITE_FOLDER = `${REWRITE_STORE_URL.slice('/_next/static/'.length)}/`;

/** The URL of a file of the store, percent-encoded, without `basePath`. */
function urlInStore(name: string): string {
  return encodeAssetPath(name.startsWith(REWRITE_FOLDER) ? `/${name.slice(REWRITE_FOLDER.length)}` : `/_next/static/${name}`);
}

/** The inverse of {@link urlInStore}: returns the name below `.next/static`. */
export function nameInStore(url: string): string {
  const decoded = url.includes('%') ? url.split('/').map(decodeURIComponent).join('/') : url;
  return decoded.startsWith('/_next/static/') ? decoded.slice('/_next/static/'.length) : REWRITE_FOLDER + decoded.slice(1);
}

/** Node refuses other characters (RFC 9110, section 5.5). */
function isWritable(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}
