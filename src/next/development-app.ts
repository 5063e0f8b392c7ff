import { encodeAssetPath, toHashedPath } from '../core/asset-path.js';
import { newWarningsOnly } from '../core/errors.js';
import { shapeMatcher } from '../core/hashed-path-shape.js';
import type { HeaderRule } from '../core/header-rules.js';
import { compareManifests } from '../core/manifest-document.js';
import { deriveDevelopmentRewrites, type RewriteRules } from '../core/rewrite-rules.js';
import { sharedGlobals, sinceRendered } from '../core/shared-globals.js';
import { type BuiltManifest, buildManifest } from '../pipeline/build-manifest.js';
import type { Project } from '../pipeline/project.js';
import { renderModulePaths, writeRenderModules } from '../pipeline/render-modules.js';
import { keepRunning, watchPublicFolder, watchSource } from '../pipeline/watcher.js';
import { shapeBesideRoutes } from './route-conflicts.js';
import { noticesOf, once, renderSettings, type SmartCacheApp, say, warn } from './smart-cache-app.js';

/** The app under `next dev`: there is no store, nothing is cacheable, and the hashes follow the files. */
export function developmentApp(project: Project): SmartCacheApp {
  const modules = renderModulePaths(project, 'development');
  const onlyNew = newWarningsOnly();
  const build = () => {
    const built = buildManifest(project, { freeze: false });
    warn(onlyNew(built.warnings));
    return built;
  };
  const first = once(() => {
    const built = build();
    say(noticesOf(project, built));
    return built;
  });
  const urls = project.delivery === 'static' ? queryUrls() : rewrittenUrls(project, first);
  // Keep reverted files listed: an open page may have loaded the edit.
  const edited = new Set<string>();
  let renotifications = 0;
  const writeModules = (built: BuiltManifest) => {
    // References are not rewritten in development. Under a hashed URL, a module that others import by its plain name would load twice.
    const plainModules = built.graph.importedByUrl();
    const settings = {
      ...renderSettings(project, built),
      // The dev server serves all files, also if there is a CDN. A checksum would block an edited file.
      cdnPrefix: '',
      integrity: false,
      urlOf: (assetPath: string, { hash }: { hash: string }) => (plainModules.has(assetPath) ? undefined : urls.urlOf(assetPath, hash)),
    };
    const written = writeRenderModules(project, built, settings, modules, { forDevelopment: true, edited, renotifications });
    sharedGlobals().newestManifest = written.manifest;
    return written.source;
  };
  const prepare = once(() => {
    let latest = first();
    const source = writeModules(latest);
    const notifyLoadingPages = loadingPagesNotifier(() => {
      renotifications++;
      writeModules(latest);
    });
    watchPublicFolder(project.publicDir, () => {
      const before = latest;
      latest = build();
      const changes = compareManifests(before.manifest, latest.manifest);
      const assetPaths = [...changes.added, ...changes.edited, ...changes.removed];
      for (const assetPath of assetPaths) edited.add(assetPath);
      writeModules(latest);
      if (assetPaths.length > 0) notifyLoadingPages();
    });
    watchSource(source, () => writeModules(latest));
  });
  return {
    modules,
    rewriteRules: urls.rewriteRules,
    // With `output: 'export'`, Next warns about any `headers` on every start.
    headerRules: project.isExport ? undefined : developmentHeaders,
    hasQueries: project.delivery === 'static',
    start() {},
    prepare,
    afterCompile() {},
  };
}

/** How development links a public file: by a URL that an edit changes, and that the dev server maps to the file itself. */
interface DevelopmentUrls {
  /** Without `basePath`; `undefined` if the server cannot map a hashed URL of this file. */
  urlOf(assetPath: string, hash: string): string | undefined;
  rewriteRules: (() => RewriteRules) | undefined;
}

/**
 * `/js/application.<hash>.js`. The rewrites are made once, when Next asks for
 * them. A file in a folder that is new since then, or with a new extension,
 * keeps its plain URL until the server restarts.
 */
function rewrittenUrls({ options }: Project, first: () => BuiltManifest): DevelopmentUrls {
  const shape = once(() => shapeBesideRoutes(first(), options.hashLength).shape);
  const isInShape = once(() => shapeMatcher(shape()));
  return {
    urlOf(assetPath, hash) {
      const url = encodeAssetPath(toHashedPath(assetPath, hash));
      return isInShape()(url) ? url : undefined;
    },
    rewriteRules: () => deriveDevelopmentRewrites(shape()),
  };
}

/**
 * `/js/application.js?hash=<hash>`, for static delivery. Static delivery adds
 * no rewrites in production, where a proxy, a route or `router.isReady` could
 * notice them. So it adds none in development either.
 */
function queryUrls(): DevelopmentUrls {
  return { urlOf: (assetPath, hash) => `${encodeAssetPath(assetPath)}?hash=${hash}`, rewriteRules: undefined };
}

/**
 * Makes the browser revalidate every file on each use, also if the app's own
 * `headers` let it keep the file in production. A stylesheet links its files by
 * plain URLs, so an edit does not change these URLs.
 *
 * Fonts are `no-store`: Chromium revalidates a font, but goes on showing the
 * old one after an edit, even after a reload.
 *
 * Next's own files are left out, since Next sets their headers.
 */
export function developmentHeaders(): HeaderRule[] {
  return [rule('[^./]+', 'no-cache'), rule('(?:eot|otf|tt[cf]|woff2?)', 'no-store')];
}

function rule(extension: string, value: string): HeaderRule {
  const source = `/:path((?!(?:.*/)?_next/|__nextjs_).+\\.${extension})`;
  return { source, locale: false, headers: [{ key: 'Cache-Control', value }] };
}

/** A page that was rendered this long ago has subscribed to changes. */
const SUBSCRIBED_MS = 5000;

/** How long to wait after the edit, and after the last page was rendered. */
const DELAY_MS = 2000;

/** The limit of that wait, for an app that renders all the time, such as one that polls. */
const LONGEST_DELAY_MS = 10_000;

/**
 * Notifies pages that were still loading at an edit in `public/`. Next's hot
 * update does not reach them: a page subscribes to changes after it has loaded,
 * and misses what changed since it was rendered (seen with Turbopack in Next 15
 * and 16, https://github.com/vercel/next.js/issues/98215). It can go when the
 * oldest supported Next notifies such a page.
 *
 * @param notify makes the bundler send another update.
 * @returns call it after each edit. It does nothing if all pages have subscribed.
 */
export function loadingPagesNotifier(notify: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let editedAt = 0;
  const wait = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds).unref();
  };
  const act = () => {
    const left = DELAY_MS - sinceRendered();
    // Next shows an error if an update arrives while a page starts.
    if (left > 0 && performance.now() - editedAt < LONGEST_DELAY_MS) return wait(left);
    timer = undefined;
    // It throws on a full disk. The next edit tries again.
    keepRunning(notify);
  };
  return () => {
    editedAt = performance.now();
    if (timer !== undefined || sinceRendered() <= SUBSCRIBED_MS) wait(DELAY_MS);
  };
}
