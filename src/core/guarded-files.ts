import { encodeAssetPath, splitExtension } from './asset-path.js';

/** A matcher of the app's proxy, in the form of Next's manifests. */
export interface ProxyMatcher {
  regexp: string;
  /** As the app writes it. */
  originalSource: string;
  has?: unknown;
  missing?: unknown;
}

export interface HashedUrl {
  /** Percent-encoded, without `basePath`. */
  url: string;
  /** The folder of the store that the URL begins with; `''` for a URL that needs a rewrite. */
  storeFolder: string;
}

/** A file, and the hashed URLs under which it is served besides its own path. */
export interface FileToGuard {
  assetPath: string;
  urls: readonly HashedUrl[];
}

/** The prefixes that Next puts in front of a path before it tries the matchers. */
export interface PathPrefixes {
  basePath: string;
  /** The default locales of `i18n`: that of the site, and those of its domains. Empty if the app has no `i18n`. */
  locales: readonly string[];
  /** Whether the app has an `assetPrefix`. Default: false. */
  hasAssetPrefix?: boolean;
}

export interface UnguardedUrl extends HashedUrl {
  assetPath: string;
  /** The matcher that covers the file's own path, as the app writes it. */
  matcher: string;
}

export interface GuardGaps {
  /** One for each file that a matcher guards by name or by folder, but not under each of its URLs. */
  unguarded: UnguardedUrl[];
  /** One for each file that only a whole-site matcher covers, and that is public under `/_next/static`. */
  beyondWholeSite: UnguardedUrl[];
}

/**
 * Finds the files whose plain path the app's proxy guards, but not each hashed
 * URL. It asks once for each default locale, since Next puts that of the request's
 * domain in front of a path (`server/lib/router-utils/resolve-routes.js`).
 */
export function findGuardGaps(matchers: readonly ProxyMatcher[], files: readonly FileToGuard[], prefixes: PathPrefixes): GuardGaps {
  const { basePath, locales } = prefixes;
  const starts = locales.length === 0 ? [basePath] : locales.map((locale) => `${basePath}/${locale}`);
  const found = starts.map((start) => {
    const compiled = matchers.map((matcher) => compileMatcher(matcher, basePath, start));
    return findGapsAmong(compiled, files, hasOtherPaths(prefixes));
  });
  const unguarded = oncePerFile(found.flatMap((gaps) => gaps.unguarded));
  const names = new Set(unguarded.map(({ assetPath }) => assetPath));
  const beyondWholeSite = oncePerFile(found.flatMap((gaps) => gaps.beyondWholeSite));
  return { unguarded, beyondWholeSite: beyondWholeSite.filter(({ assetPath }) => !names.has(assetPath)) };
}

function oncePerFile(gaps: readonly UnguardedUrl[]): UnguardedUrl[] {
  const byFile = new Map<string, UnguardedUrl>();
  for (const gap of gaps) if (!byFile.has(gap.assetPath)) byFile.set(gap.assetPath, gap);
  return [...byFile.values()];
}

/**
 * A matcher with conditions (`has`, `missing`) guards a file too. It closes the
 * gap of another matcher only if both have the same conditions, since the client
 * decides whether conditions are true.
 */
function findGapsAmong(compiled: readonly CompiledMatcher[], files: readonly FileToGuard[], isUnderOtherPaths: boolean): GuardGaps {
  const gaps: GuardGaps = { unguarded: [], beyondWholeSite: [] };
  for (const { assetPath, urls } of files) {
    if (urls.length === 0) continue;
    const guards = compiled.filter(({ covers }) => covers(encodeAssetPath(assetPath)));
    const isGuarded = ({ url, storeFolder }: HashedUrl, guard: CompiledMatcher) =>
      !(storeFolder && isUnderOtherPaths) && compiled.some((matcher) => matcher.covers(url) && matcher.appliesWhen(guard));
    const gapsOf = (guard: CompiledMatcher, candidates: readonly HashedUrl[]) =>
      candidates.filter((url) => !isGuarded(url, guard)).map((url): UnguardedUrl => ({ assetPath, ...url, matcher: guard.source }));
    const madeUpPath = `/${MADE_UP_NAME}${splitExtension(encodeAssetPath(assetPath)).extension}`;
    const isWholeSite = ({ covers }: CompiledMatcher) => covers(madeUpPath) || covers(`/${MADE_UP_NAME}${madeUpPath}`);
    const [unguarded] = guards.filter((guard) => !isWholeSite(guard)).flatMap((guard) => gapsOf(guard, urls));
    if (unguarded) {
      gaps.unguarded.push(unguarded);
      continue;
    }
    // A whole-site matcher that leaves out a hashed path of rewrite delivery does so on purpose: it is a path of the app.
    const [beyond] = guards.filter(isWholeSite).flatMap((guard) =>
      gapsOf(
        guard,
        urls.filter(({ storeFolder }) => storeFolder !== ''),
      ),
    );
    if (beyond) gaps.beyondWholeSite.push(beyond);
  }
  return gaps;
}

/**
 * Whether Next serves `/_next/static` under more than one path. It removes the
 * path of an `assetPrefix` after the proxy, and the default locales of `i18n`
 * (`server/lib/router-utils/filesystem.js`), so no matcher guards such a file.
 */
export function hasOtherPaths({ locales, hasAssetPrefix = false }: PathPrefixes): boolean {
  return locales.length > 0 || hasAssetPrefix;
}

/** A whole-site matcher covers a file of this name, in the root of the site or in a folder of this name. */
const MADE_UP_NAME = 'q7x2k9v4w8';

interface CompiledMatcher {
  source: string;
  covers(url: string): boolean;
  /** Whether this matcher applies to every request that the other matcher applies to. */
  appliesWhen(other: CompiledMatcher): boolean;
  conditions: string | undefined;
}

/** @param start `basePath`, and the locale that Next puts in front of a path. */
function compileMatcher({ regexp, originalSource, has, missing }: ProxyMatcher, basePath: string, start: string): CompiledMatcher {
  const pattern = new RegExp(regexp);
  const conditions = has === undefined && missing === undefined ? undefined : JSON.stringify([has, missing]);
  return {
    source: originalSource,
    conditions,
    covers(url) {
      const path = (url.startsWith('/_next/') ? basePath : start) + url;
      // Next tries both spellings (`server/lib/router-utils/resolve-routes.js`, the same from 15.4 to 16.4).
      return pattern.test(path) || pattern.test(decodeURIComponent(path));
    },
    appliesWhen: (other) => conditions === undefined || conditions === other.conditions,
  };
}
