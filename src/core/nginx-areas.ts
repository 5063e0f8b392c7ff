import { encodeAssetPath, splitExtension } from './asset-path.js';
import type { ProxyMatcher } from './guarded-files.js';
import { type HeaderRule, isAboutCaching, isOwnHeaderRule } from './header-rules.js';
import { REWRITE_STORE_URL, STORE_URL } from './rewrite-rules.js';

/** A rule of the app, in the form of `routes-manifest.json`. */
interface BuiltRule {
  source: string;
  /** Matches whole paths, with `basePath` and locale. */
  regex: string;
}

/** The parts of a finished build that decide who answers a request for a file. */
export interface BuiltSite {
  buildId: string;
  /** All files of `.next/static`, relative to it, with `/`. */
  staticFiles: readonly string[];
  basePath: string;
  /** The default locale of `i18n`, if the app has one. */
  locale: string | undefined;
  matchers: readonly ProxyMatcher[];
  redirects: readonly (BuiltRule & { internal?: boolean })[];
  headers: readonly (BuiltRule & HeaderRule)[];
  /** In their order, with the rules of this package. */
  beforeFiles: readonly (BuiltRule & { destination: string })[];
}

export interface NginxSettings {
  /** Next's `assetPrefix` if it is a path; `''` for none. */
  assetPrefix: string;
  /** Hex digits. */
  hashLength: number;
}

/** A top-level folder of a store (`''`: files in no folder) or of `.next/static`. Next answers alike for all its files. */
export interface Area {
  kind: 'chunks' | 'direct' | 'rewrite';
  folder: string;
}

/** Areas to whose files the app's rules add the same headers. */
export interface AreaGroup {
  headers: readonly (readonly [key: string, value: string])[];
  areas: readonly Area[];
}

export interface LeftToNext {
  /** The folder, as in a URL. */
  path: string;
  /** In a few words. */
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
  headers: AreaGroup['headers'];
  /** Why Next must answer; `undefined` if nginx may answer. */
  reason: string | undefined;
}

function judgeAreas(site: BuiltSite, { assetPrefix, hashLength }: NginxSettings): Iterable<JudgedArea> {
  const rules = compileRules(site, assetPrefix);
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
    const headers = rules.headersOf(url, area);
    const taken = rules.takenBy(url, area);
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

function compileRules(site: BuiltSite, assetPrefix: string) {
  // Next matches rules without regard to case, and tries both spellings of a path.
  const compile = <Rule>(pattern: string, rule: Rule) => ({ pattern: new RegExp(pattern, 'i'), rule });
  const matchers = site.matchers.map((matcher) => compile(matcher.regexp, matcher));
  const redirects = site.redirects.filter(({ internal }) => internal !== true).map((rule) => compile(rule.regex, rule));
  // Next adds this rewrite (`lib/load-custom-routes.js`), which serves its static files under the prefix too.
  const isOfNext = ({ source }: BuiltRule) => source === `${assetPrefix}/_next/:path+`;
  const beforeFiles = site.beforeFiles.filter((rule) => !isOfNext(rule)).map((rule) => compile(rule.regex, rule));
  const headers = site.headers.filter((rule) => !isOwnHeaderRule(rule)).map((rule) => compile(rule.regex, rule));
  const spellingsOf = (url: string) => {
    const isStatic = url.startsWith('/_next/');
    const paths = isStatic ? staticPrefixes({ ...site, assetPrefix }).map((prefix) => prefix + url) : [site.basePath + url];
    if (!isStatic && site.locale !== undefined) paths.push(`${site.basePath}/${site.locale}${url}`);
    return [...paths, ...paths.map(decodeURIComponent)];
  };
  const matching = <Rule>(rules: readonly { pattern: RegExp; rule: Rule }[], url: string) => {
    const spellings = spellingsOf(url);
    return rules.filter(({ pattern }) => spellings.some((spelling) => pattern.test(spelling))).map(({ rule }) => rule);
  };

  return {
    /** Returns why Next would not send the file itself. */
    takenBy(url: string, { kind }: Area): string | undefined {
      const [matcher] = matching(matchers, url);
      if (matcher) return `the proxy sees its requests (matcher ${matcher.originalSource})`;
      const [redirect] = matching(redirects, url);
      if (redirect) return `a redirect of the app matches (source ${redirect.source})`;
      const [rewrite] = matching(beforeFiles, url);
      const isOurs = rewrite?.destination.includes(REWRITE_STORE_URL) === true;
      if (kind === 'rewrite') return isOurs ? undefined : 'a route or a rewrite of the app answers there';
      return rewrite && `a rewrite of the app matches (source ${rewrite.source})`;
    },
    /** Returns the headers that the app's own rules set, or why they are unknown. */
    headersOf(url: string, { kind }: Area): AreaGroup['headers'] | string {
      const set = new Map<string, readonly [string, string]>();
      for (const rule of matching(headers, url)) {
        const reason = (what: string) => `${what} (headers() for ${rule.source})`;
        if (Object.hasOwn(rule, 'has') || Object.hasOwn(rule, 'missing')) return reason('its headers depend on the request');
        for (const { key, value } of rule.headers) {
          // On hashed URLs, our rule empties the app's caching headers.
          if (isAboutCaching(key) && kind !== 'chunks') continue;
          if (isAboutCaching(key) || SET_BY_NGINX.test(key)) return reason(`the app sets ${key} there`);
          if (holdsParameter(rule.source, key + value) || !isWritable(key + value)) return reason(`nginx cannot write the header ${key}`);
          set.set(key.toLowerCase(), [key, value]);
        }
      }
      return [...set.values()].sort(([a], [b]) => (a < b ? -1 : 1));
    },
  };
}

/** The prefixes under which Next serves `/_next/static`. */
export function staticPrefixes({ basePath, assetPrefix }: Pick<BuiltSite & NginxSettings, 'basePath' | 'assetPrefix'>): string[] {
  return [basePath, ...(assetPrefix === '' ? [] : [assetPrefix])];
}

/** Next replaces parameters of the source in the name and value of a header. */
function holdsParameter(source: string, header: string): boolean {
  return [...source.matchAll(/:(\w+)/g)].some(([parameter]) => header.includes(parameter));
}

/** nginx writes these headers, so `add_header` would send a second one. Caches must not share cookies. */
const SET_BY_NGINX =
  /^(?:accept-ranges|connection|content-(?:encoding|length|range|type)|date|keep-alive|server|set-cookie|transfer-encoding)$/i;

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

/**
 * Media types with their extensions, as Next sends them (`mime` 1.6 in
 * `compiled/send`, and `server/serve-static.js`). nginx's own table lacks some:
 * browsers do not run an `.mjs` module without a JavaScript type.
 */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  'application/javascript': 'js mjs',
  'application/json': 'json map',
  'application/manifest+json': 'webmanifest',
  'application/pdf': 'pdf',
  'application/rss+xml': 'rss',
  'application/vnd.ms-fontobject': 'eot',
  'application/wasm': 'wasm',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'oga ogg',
  'audio/wav': 'wav',
  'font/otf': 'otf',
  'font/ttf': 'ttf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'image/apng': 'apng',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/jpeg': 'jpeg jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'image/x-icon': 'ico',
  'model/gltf+json': 'gltf',
  'model/gltf-binary': 'glb',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/plain': 'txt',
  'text/vtt': 'vtt',
  'video/mp4': 'mp4',
  'video/ogg': 'ogv',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
};

/** In lower case, without a dot. */
export const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(CONTENT_TYPES).flatMap((extensions) => extensions.split(' ')));

/** The types that Next sends with `charset=UTF-8`. */
export const TEXT_TYPES: readonly string[] = Object.keys(CONTENT_TYPES).filter((type) => /^(?:text\/|application\/j)/.test(type));
