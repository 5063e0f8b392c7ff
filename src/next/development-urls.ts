import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { type HashedPathShape, shapeMatcher } from '../core/hashed-path-shape.js';
import type { HeaderRule } from '../core/header-rules.js';
import { deriveDevelopmentRewrites, type RewriteRules } from '../core/rewrite-rules.js';

/**
 * How the files of `public/` are linked in development: whatever the delivery,
 * under a URL that an edit changes and that leads to the file itself.
 */
interface DevelopmentUrls {
  /** Without `basePath`; `undefined`: the server cannot map one that it would be given. */
  urlOf(assetPath: string, hash: string): string | undefined;
  /** What maps them back. Absent: nothing has to. */
  rewriteRules?: () => RewriteRules;
}

/**
 * `/js/application.<hash>.js`.
 *
 * @param shape made once, when Next asks for the rewrites. A file in a folder or
 * with an extension that is new since then has no such URL until the server is
 * started again.
 */
export function rewrittenUrls(shape: () => HashedPathShape | undefined): DevelopmentUrls {
  let isInShape: ((url: string) => boolean) | undefined;
  return {
    urlOf(assetPath, hash) {
      isInShape ??= shapeMatcher(shape());
      const url = encodeAssetPath(toHashedPath(assetPath, hash));
      return isInShape(url) ? url : undefined;
    },
    rewriteRules: () => deriveDevelopmentRewrites(shape()),
  };
}

/**
 * `/js/application.js?hash=<hash>`. For static delivery: it adds no rewrite in
 * production, which a proxy, a route or `router.isReady` could notice, and of
 * those of `output: 'export'` Next warns at every start.
 */
export const QUERY_URLS: DevelopmentUrls = {
  urlOf: (assetPath, hash) => `${encodeAssetPath(assetPath)}?hash=${hash}`,
};

/**
 * In development a browser asks again for whatever has the name of a file, also
 * where `headers` lets it keep the file in production: what a stylesheet loads
 * is linked by a plain URL.
 *
 * A font is not to be kept at all. When Chromium has asked again for one and
 * is answered with other bytes, it goes on showing those that it had, after a
 * reload too.
 *
 * Left out is what Next serves of its own, with headers of its own.
 *
 * @returns made anew: Next writes the `basePath` into what it is given.
 */
export function developmentHeaders(): HeaderRule[] {
  return [rule('[^./]+', 'no-cache'), rule('(?:eot|otf|tt[cf]|woff2?)', 'no-store')];
}

function rule(extension: string, value: string): HeaderRule {
  const source = `/:path((?!(?:.*/)?_next/|__nextjs_).+\\.${extension})`;
  return { source, locale: false, headers: [{ key: 'Cache-Control', value }] };
}
