import type { ProxyMatcher } from './guarded-files.js';
import { type HeaderRule, isAboutCaching, isOwnHeaderRule } from './header-rules.js';
import { REWRITE_STORE_URL } from './rewrite-rules.js';

/** A rule of the app, in the form of `routes-manifest.json`. */
interface BuiltRule {
  source: string;
  /** Matches whole paths, with `basePath` and locale. */
  regex: string;
}

/** The parts of a finished build that decide who answers a request for a file. */
export interface BuiltRouting {
  buildId: string;
  basePath: string;
  /** The default locales of `i18n`: that of the site, and those of its domains. Empty if the app has no `i18n`. */
  locales: readonly string[];
  matchers: readonly ProxyMatcher[];
  redirects: readonly (BuiltRule & { internal?: boolean })[];
  headers: readonly (BuiltRule & HeaderRule)[];
  /** The `beforeFiles` rewrites in their order, with the rules of this package. */
  beforeFiles: readonly (BuiltRule & { destination: string })[];
}

export interface BuiltSite extends BuiltRouting {
  /** All files of `.next/static`, relative to it, with `/`. */
  staticFiles: readonly string[];
}

/** The headers of one file that the app's own rules set, each name once. */
export type AppHeaders = readonly (readonly [key: string, value: string])[];

/** How a URL reaches its file: a chunk of Next, a file of the store, or a file of the store by a rewrite. */
export type FileKind = 'chunks' | 'direct' | 'rewrite';

/** A server besides Next that sends files of the build. */
export interface OtherServer {
  /** The words that messages use for it. */
  name: string;
  /** Next's `assetPrefix` if it is a path; `''` for none. */
  assetPrefix: string;
  /** Whether the server can send this name or value of a header. */
  canWrite(text: string): boolean;
}

export interface SiteRules {
  /** Returns why Next would not send the file itself. */
  takenBy(url: string, kind: FileKind): string | undefined;
  /** Returns the headers that the app's own rules set, or why they are unknown. */
  headersOf(url: string, kind: FileKind): AppHeaders | string;
}

/**
 * Compiles the rules of a finished build, to decide for single files whether
 * another server may send them: Next would send the file itself, with headers
 * that are known beforehand.
 *
 * @example compileSiteRules(site, server).takenBy('/css/site.0123456789.css', 'rewrite')
 */
export function compileSiteRules(site: BuiltRouting, { name, assetPrefix, canWrite }: OtherServer): SiteRules {
  // Next matches rules without regard to case.
  const compile = <Rule>(pattern: string, rule: Rule) => ({ pattern: new RegExp(pattern, 'i'), rule });
  const matchers = site.matchers.map((matcher) => compile(matcher.regexp, matcher));
  const redirects = site.redirects.filter(({ internal }) => internal !== true).map((rule) => compile(rule.regex, rule));
  // Next adds this rewrite (`lib/load-custom-routes.js`), which serves its static files under the prefix too.
  const isOfNext = ({ source }: BuiltRule) => assetPrefix !== '' && source === `${assetPrefix}/_next/:path+`;
  const beforeFiles = site.beforeFiles.filter((rule) => !isOfNext(rule)).map((rule) => compile(rule.regex, rule));
  const headers = site.headers.filter((rule) => !isOwnHeaderRule(rule)).map((rule) => compile(rule.regex, rule));
  /** The paths that Next may match for a URL. The request decides which prefix or locale is in front. */
  const pathsOf = (url: string) => {
    if (url.startsWith('/_next/')) return staticPrefixes({ ...site, assetPrefix }).map((prefix) => prefix + url);
    return site.locales.length === 0 ? [site.basePath + url] : site.locales.map((locale) => `${site.basePath}/${locale}${url}`);
  };
  /** The rules that match any spelling of a URL, to be safe: Next tries the decoded path for the proxy alone. */
  const matching = <Rule>(rules: readonly { pattern: RegExp; rule: Rule }[], url: string) => {
    const paths = [...pathsOf(url), site.basePath + url];
    const spellings = [...new Set([...paths, ...paths.map(decodeURIComponent)])];
    return rules.filter(({ pattern }) => spellings.some((spelling) => pattern.test(spelling))).map(({ rule }) => rule);
  };

  return {
    takenBy(url, kind) {
      const [matcher] = matching(matchers, url);
      if (matcher) return `the proxy sees its requests (matcher ${matcher.originalSource})`;
      const [redirect] = matching(redirects, url);
      if (redirect) return `a redirect of the app matches (source ${redirect.source})`;
      const [rewrite] = matching(beforeFiles, url);
      const isOurs = rewrite?.destination.includes(REWRITE_STORE_URL) === true;
      if (kind === 'rewrite') return isOurs ? undefined : 'a route or a rewrite of the app answers there';
      return rewrite && `a rewrite of the app matches (source ${rewrite.source})`;
    },
    headersOf(url, kind) {
      const set = new Map<string, readonly [string, string]>();
      const paths = pathsOf(url);
      for (const { pattern, rule } of headers) {
        const matched = paths.filter((path) => pattern.test(path));
        if (matched.length === 0) continue;
        const reason = (what: string) => `${what} (headers() for ${rule.source})`;
        if (Object.hasOwn(rule, 'has') || Object.hasOwn(rule, 'missing')) return reason('its headers depend on the request');
        for (const { key, value } of rule.headers) {
          // On hashed URLs, our rule empties the app's caching headers.
          if (isAboutCaching(key) && kind !== 'chunks') continue;
          if (matched.length < paths.length) return reason('its headers depend on the domain or the prefix of the URL');
          if (isAboutCaching(key) || SET_BY_SERVER.test(key)) return reason(`the app sets ${key} there`);
          if (holdsParameter(rule.source, key + value) || !TOKEN.test(key) || !canWrite(key + value))
            return reason(`${name} cannot write the header ${key}`);
          set.set(key.toLowerCase(), [key, value]);
        }
      }
      return [...set.values()].sort(([a], [b]) => (a < b ? -1 : 1));
    },
  };
}

/** Next's `assetPrefix` if it is a path; `''` if it is a whole URL, or none. */
export function pathOfAssetPrefix(assetPrefix: string): string {
  return assetPrefix.startsWith('/') ? assetPrefix.replace(/\/+$/, '') : '';
}

/** The prefixes under which Next serves `/_next/static`. */
export function staticPrefixes({ basePath, assetPrefix }: Pick<BuiltRouting & OtherServer, 'basePath' | 'assetPrefix'>): string[] {
  return [basePath, ...(assetPrefix === '' ? [] : [assetPrefix])];
}

/** Next replaces parameters of the source in the name and value of a header. */
function holdsParameter(source: string, header: string): boolean {
  return [...source.matchAll(/:(\w+)/g)].some(([parameter]) => header.includes(parameter));
}

/** The name of a header (RFC 9110, section 5.6.2). Node throws for others. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Servers set these headers, so a second one would be sent. Caches must not share cookies. */
const SET_BY_SERVER =
  /^(?:accept-ranges|connection|content-(?:encoding|length|range|type)|date|keep-alive|server|set-cookie|transfer-encoding)$/i;
