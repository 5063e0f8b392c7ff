import { encodeAssetPath, splitExtension } from './asset-path.js';
import { KNOWN_EXTENSIONS } from './content-types.js';
import { REWRITE_STORE_URL, STORE_URL } from './rewrite-rules.js';
import { type AppHeaders, type BuiltSite, compileSiteRules, type FileKind } from './site-rules.js';

export interface NginxSettings {
  /** Next's `assetPrefix` if it is a path; `''` for none. */
  assetPrefix: string;
  /** Hex digits. */
  hashLength: number;
}

/** A top-level folder of a store (`''`: files in no folder) or of `.next/static`. The same server answers for all its files. */
export interface Area {
  kind: FileKind;
  folder: string;
}

/** Areas to whose files the app's rules add the same headers. */
export interface AreaGroup {
  headers: AppHeaders;
  areas: readonly Area[];
}

export interface LeftToNext {
  /** The folder, as in a URL. */
  path: string;
  /** The reason in a few words. */
  reason: string;
}

/**
 * The folders of `.next/static` in which every file has a hash in its name. Next
 * does not serve others, such as `service-worker/`, as immutable
 * (`server/lib/router-server.js` of Next 16.4).
 */
export const CHUNK_FOLDERS: readonly string[] = ['chunks', 'css', 'immutable', 'media'];

/** nginx refuses a parameter of more than 4,096 bytes (`NGX_CONF_BUFFER`), quotes included. */
const PARAMETER_BUDGET = 4000;

/** The bytes of one list of names. The rest of the parameter is for `basePath` and `assetPrefix`. */
const LIST_BUDGET = 1500;

/**
 * Finds the areas that nginx may serve: Next would send the file there, and
 * headers that are known beforehand. A whole folder is left to Next if for one
 * of its files
 *
 * - the proxy sees the request, or a redirect or a rewrite of the app matches;
 * - a route of the app answers, so that no rewrite of this package matches;
 * - a header depends on the request, or differs from those of the other files.
 *
 * Files of a type that nginx does not know, or with a hash of another length,
 * do not count: the configuration leaves them to Next.
 *
 * @returns the areas for nginx, by their headers, and the folders left to Next with the reasons.
 */
export function findNginxAreas(site: BuiltSite, settings: NginxSettings): { groups: AreaGroup[]; left: LeftToNext[] } {
  const areas = judgeAreas(site, settings);
  const lengths = { chunks: 0, direct: 0, rewrite: 0 };
  const groups = new Map<string, AreaGroup>();
  const left: LeftToNext[] = [];
  for (const { area, headers, reason } of areas) {
    lengths[area.kind] += reason === undefined ? bytePattern(area.folder).length + 1 : 0;
    const isListed = lengths[area.kind] <= LIST_BUDGET;
    if (reason !== undefined || !isListed) {
      left.push({ path: pathOf(area), reason: reason ?? 'there are too many folders to list them all' });
      continue;
    }
    const key = JSON.stringify(headers);
    groups.set(key, { headers, areas: [...(groups.get(key)?.areas ?? []), area] });
  }
  return { groups: [...groups.values()], left };
}

interface JudgedArea {
  area: Area;
  headers: AppHeaders;
  /** Why Next must answer; `undefined` if nginx may answer. */
  reason: string | undefined;
}

function judgeAreas(site: BuiltSite, { assetPrefix, hashLength }: NginxSettings): Iterable<JudgedArea> {
  const rules = compileSiteRules(site, { name: 'nginx', assetPrefix, canWrite: isWritable });
  const isHashed = new RegExp(`\\.[0-9a-f]{${hashLength}}\\.[^./]+$`);
  const judged = new Map<string, JudgedArea>();
  for (const file of site.staticFiles) {
    const area = areaOf(file);
    const isKnownType = KNOWN_EXTENSIONS.has(splitExtension(file).extension.slice(1).toLowerCase());
    if (area === undefined || !isKnownType || (area.kind === 'rewrite' && !isHashed.test(file))) continue;
    const key = pathOf(area);
    const before = judged.get(key);
    if (before?.reason !== undefined) continue;
    const url = urlOf(file, area);
    const headers = rules.headersOf(url, area.kind);
    const taken = rules.takenBy(url, area.kind);
    const isOdd = before !== undefined && JSON.stringify(before.headers) !== JSON.stringify(headers);
    const reason = taken ?? (typeof headers === 'string' ? headers : isOdd ? 'the app gives its files different headers' : undefined);
    judged.set(key, { area, headers: typeof headers === 'string' ? [] : headers, reason });
  }
  return judged.values();
}

const [DIRECT_FOLDER, REWRITE_FOLDER] = [STORE_URL, REWRITE_STORE_URL].map((url) => `${url.slice('/_next/static/'.length)}/`) as [
  string,
  string,
];

function areaOf(file: string): Area | undefined {
  const first = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');
  if (file.startsWith(REWRITE_FOLDER)) return { kind: 'rewrite', folder: first(file.slice(REWRITE_FOLDER.length)) };
  if (file.startsWith(DIRECT_FOLDER)) return { kind: 'direct', folder: first(file.slice(DIRECT_FOLDER.length)) };
  return CHUNK_FOLDERS.includes(first(file)) ? { kind: 'chunks', folder: first(file) } : undefined;
}

function urlOf(file: string, { kind }: Area): string {
  return encodeAssetPath(kind === 'rewrite' ? `/${file.slice(REWRITE_FOLDER.length)}` : `/_next/static/${file}`);
}

function pathOf({ kind, folder }: Area): string {
  const parent = { chunks: '/_next/static/', direct: `${STORE_URL}/`, rewrite: '/' }[kind];
  return parent + (folder === '' ? '*' : `${folder}/`);
}

/** nginx has no escape for `$`. */
function isWritable(text: string): boolean {
  return /^[\x20-\x23\x25-\x7e]*$/.test(text) && text.replace(/["\\]/g, '\\$&').length <= PARAMETER_BUDGET;
}

/** Makes a pattern for the text's UTF-8 bytes, without characters that have a meaning for nginx or PCRE. */
export function bytePattern(text: string): string {
  return encodeURIComponent(text)
    .replace(/%2F/g, '/')
    .replace(/%/g, '\\x')
    .replace(/[.!~*'()]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);
}
