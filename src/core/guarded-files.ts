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
  /** The default locale of `i18n`, if the app has one. */
  locale: string | undefined;
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
 * URL. A matcher with conditions (`has`, `missing`) guards a file too. It closes
 * the gap of another matcher only if both have the same conditions, since the
 * client decides whether conditions are true.
 */
export function findGuardGaps(matchers: readonly ProxyMatcher[], files: readonly FileToGuard[], prefixes: PathPrefixes): GuardGaps {
  const compiled = matchers.map((matcher) => compileMatcher(matcher, prefixes));
  const gaps: GuardGaps = { unguarded: [], beyondWholeSite: [] };
  for (const { assetPath, urls } of files) {
    if (urls.length === 0) continue;
    const guards = compiled.filter(({ covers }) => covers(encodeAssetPath(assetPath)));
    const isGuarded = ({ url, storeFolder }: HashedUrl, guard: CompiledMatcher) =>
      !(storeFolder && hasOtherPaths(prefixes)) && compiled.some((matcher) => matcher.covers(url) && matcher.appliesWhen(guard));
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
 * path of an `assetPrefix` after the proxy, and the default locale of `i18n`
 * (`server/lib/router-utils/filesystem.js`), so no matcher guards such a file.
 */
export function hasOtherPaths({ locale, hasAssetPrefix = false }: PathPrefixes): boolean {
  return locale !== undefined || hasAssetPrefix;
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

function compileMatcher({ regexp, originalSource, has, missing }: ProxyMatcher, { basePath, locale }: PathPrefixes): CompiledMatcher {
  const pattern = new RegExp(regexp);
  const conditions = has === undefined && missing === undefined ? undefined : JSON.stringify([has, missing]);
  return {
    source: originalSource,
    conditions,
    covers(url) {
      const withLocale = locale === undefined || url.startsWith('/_next/') ? url : `/${locale}${url}`;
      const path = basePath + withLocale;
      // Next tries both spellings (`server/lib/router-utils/resolve-routes.js`, the same from 15.4 to 16.4).
      return pattern.test(path) || pattern.test(decodeURIComponent(path));
    },
    appliesWhen: (other) => conditions === undefined || conditions === other.conditions,
  };
}
