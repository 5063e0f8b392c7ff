import fs from 'node:fs';
import path from 'node:path';
import { compareAssetPaths, finishUrl, isExternalUrl } from '../core/asset-path.js';
import { type LoadedUrl, measureCoverage, type NamedFile, publicFileFinder } from '../core/coverage.js';
import { type BuildCoverage, explainPlainFiles, type MeasuredBuild } from '../core/plain-reasons.js';
import { IMMUTABLE_STORE_URL, REWRITE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import { isLatestDeploy, readDeploys } from '../pipeline/deploys.js';
import type { Project } from '../pipeline/project.js';
import { findLoadedUrls } from '../pipeline/references/find-references.js';
import { findLinkedFiles } from '../pipeline/references/html-links.js';
import { renderModulePaths } from '../pipeline/render-modules.js';
import { listStore, openPackedCopies, openStore } from '../pipeline/store.js';
import { readRenderManifest } from './bundled-css.js';
import { listFiles, readDocument } from './finished-build.js';

/** The base of relative URLs. RFC 2606 reserves its top-level domain. */
const ORIGIN = 'http://site.invalid';

const STORES = [STORE_URL, IMMUTABLE_STORE_URL, REWRITE_STORE_URL];

/**
 * Measures the coverage of a finished build from what Next wrote: the HTML of
 * prerendered pages, the bundled stylesheets, and the public files that these
 * load. It does not measure a build of another manifest.
 */
export function measureBuild(project: Project, built: BuiltManifest): MeasuredBuild {
  if (!fs.existsSync(path.join(project.buildDir, 'BUILD_ID'))) return { whyNot: 'there is no finished build; run "next build"' };
  if (!isLatestDeploy(project, built)) {
    const whyNot =
      readDeploys(project).length > 0
        ? 'public/ or the options have changed since the last build; run "next build" again'
        : 'the last build left no record: wrap next.config in withSmartCache, keep .next/cache, and run "next build" again';
    return { whyNot };
  }
  const pages = listBuiltPages(project);
  if (pages.length === 0) return { whyNot: '"next build" rendered no page; measure a running site with "next-smart-cache verify URL"' };
  try {
    return measurePages(project, built, pages);
  } catch (error) {
    return { whyNot: `the output of "next build" cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function measurePages(project: Project, built: BuiltManifest, pages: readonly BuiltPage[]): BuildCoverage {
  const { buildDir, prefixes, usesJsxRuntime } = project;
  const { keptPlain, manifest } = built;
  const { images } = readDocument(buildDir, 'images-manifest.json') as { images?: { path?: string } };
  const find = publicFileFinder({ assets: manifest.assets, keptPlain, prefixes, origin: ORIGIN, optimizerPath: images?.path });
  const modules = renderModulePaths(project, 'build');
  const leftAlone = readRenderManifest(modules.server)?.notAutomatic ?? {};
  const coverage = measureCoverage(loadedUrls(project, built, pages, find), find, (assetPath) => Object.hasOwn(leftAlone, assetPath));
  const clientAssets = readRenderManifest(modules.client)?.assets;
  const groups = explainPlainFiles(coverage, {
    usesJsxRuntime,
    isCrossOrigin: Object.values(manifest.assets).some(({ url }) => isExternalUrl(finishUrl(url, prefixes))),
    isForClient: clientAssets && ((assetPath) => Object.hasOwn(clientAssets, assetPath)),
    keptPlain,
  });
  return { coverage, groups, pages: new Set(pages.map(({ route }) => route)).size, notMeasured: listDynamicRoutes(project, pages) };
}

/** Yields all URLs that the pages, their stylesheets and their public files load. */
function* loadedUrls(
  { buildDir, cacheDir, options, prefixes: { basePath }, publicDir }: Project,
  { contentHashes }: BuiltManifest,
  pages: readonly BuiltPage[],
  find: (url: string) => NamedFile | undefined,
): Iterable<LoadedUrl> {
  const followed = new Set<string>();
  const store = openStore(cacheDir);
  const packed = openPackedCopies(listStore(store));
  for (const { file, route, pathname } of pages) {
    for (const linked of findLinkedFiles(fs.readFileSync(file, 'utf8'), ORIGIN + basePath + pathname)) {
      yield* withReferences({ ...linked, page: route });
    }
  }
  for (const name of listFiles(path.join(buildDir, 'static'), '.css')) {
    // A stylesheet of `public/` is read when a page loads it.
    if (STORES.some((storeUrl) => `/_next/static/${name}`.startsWith(`${storeUrl}/`))) continue;
    const sheetUrl = `${ORIGIN}${basePath}/_next/static/${name}`;
    for (const url of findLoadedUrls(sheetUrl, readBytes(path.join(buildDir, 'static', name)))) {
      yield* withReferences({ url, place: 'stylesheet', label: 'url()', page: path.posix.basename(name) });
    }
  }
  packed.close();

  function* withReferences(loaded: LoadedUrl): Iterable<LoadedUrl> {
    yield loaded;
    // `data-no-hash` also opts out for the files that this file loads.
    if (loaded.place === 'no-hash') return;
    const file = find(loaded.url);
    const key = file && `${file.isHashed} ${file.assetPath}`;
    if (file === undefined || key === undefined || followed.has(key)) return;
    followed.add(key);
    const { assetPath, isHashed } = file;
    const content = isHashed ? readFrozen(contentHashes.get(assetPath) ?? '') : readBytes(path.join(publicDir, assetPath));
    // With an import map, modules find each other through it, and its URLs are counted with the page.
    const urls = findLoadedUrls(loaded.url, content, { withModules: !options.modules.importMap });
    for (const url of urls) yield* withReferences({ url, place: 'reference', label: assetPath, page: loaded.page });
  }

  function readFrozen(contentHash: string): Buffer {
    return packed.read(contentHash) ?? readBytes(store.pathOf(contentHash));
  }
}

function readBytes(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch {
    // Other checks report a missing file.
    return Buffer.alloc(0);
  }
}

/** A page that `next build` rendered. */
interface BuiltPage {
  /** Absolute path. */
  file: string;
  /** The route as `next build` lists it: `/blog/first`. */
  route: string;
  /** The path of its URL, without `basePath`. */
  pathname: string;
}

/** The pages that Next rendered, sorted by file. */
function listBuiltPages({ buildDir, exportDir, isExport, publicDir }: Project): BuiltPage[] {
  const folders = isExport ? [exportDir] : ['app', 'pages'].map((router) => path.join(buildDir, 'server', router));
  const pages = folders.flatMap((folder) =>
    listFiles(folder, '.html')
      // An export has the HTML files of `public/` too.
      .filter((name) => !(isExport && fs.existsSync(path.join(publicDir, name))))
      .map((name) => {
        const pathname = `/${name.slice(0, -'.html'.length).replace(/(^|\/)index$/, '$1')}`;
        return { file: path.join(folder, name), route: pathname.replace(/(.)\/$/, '$1'), pathname };
      }),
  );
  // Next copies `/_not-found` to 404.html: count it once.
  return pages.some(({ route }) => route === '/_not-found') ? pages.filter(({ route }) => route !== '/404') : pages;
}

/** The routes of pages that Next renders on request only, sorted. */
function listDynamicRoutes({ buildDir }: Project, pages: readonly BuiltPage[]): string[] {
  const { routes = {} } = readDocument(buildDir, 'prerender-manifest.json') as { routes?: Record<string, { srcRoute?: string | null }> };
  const rendered = new Set(pages.map(({ route }) => route));
  for (const [route, { srcRoute }] of Object.entries(routes)) rendered.add(srcRoute ?? route);
  return [...new Set([...routesOfApp(buildDir), ...routesOfPages(buildDir)])]
    .filter((route) => !rendered.has(route))
    .sort(compareAssetPaths);
}

/** The routes of pages in `app/`, without Next's own, and without intercepting routes (`(.)photo`). */
function routesOfApp(buildDir: string): string[] {
  return entriesOf(buildDir, 'app-path-routes-manifest.json')
    .filter(([file, route]) => /\/page$/.test(file) && !/^\/_|\(\.{1,3}\)/.test(route))
    .map(([, route]) => route);
}

/** The routes of pages in `pages/`, without API routes and Next's own. */
function routesOfPages(buildDir: string): string[] {
  return entriesOf(buildDir, 'server/pages-manifest.json')
    .filter(([route]) => !/^\/(?:_|api(?:\/|$)|(?:404|500)$)/.test(route))
    .map(([route]) => route);
}

/** Reads a manifest of routes. A router that the app does not use has no manifest. */
function entriesOf(buildDir: string, name: string): [string, string][] {
  return fs.existsSync(path.join(buildDir, name)) ? (Object.entries(readDocument(buildDir, name)) as [string, string][]) : [];
}
