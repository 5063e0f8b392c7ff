import fs from 'node:fs';
import path from 'node:path';
import { finishUrl, isExternalUrl } from '../core/asset-path.js';
import { type LoadedUrl, measureCoverage, type NamedFile, publicFileFinder } from '../core/coverage.js';
import { type BuildCoverage, explainPlainFiles, type MeasuredBuild } from '../core/plain-reasons.js';
import { IMMUTABLE_STORE_URL, REWRITE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import { isLatestDeploy, readDeploys } from '../pipeline/deploys.js';
import type { Project } from '../pipeline/project.js';
import { findLoadedUrls } from '../pipeline/references/find-references.js';
import { findLinkedFiles } from '../pipeline/references/html-links.js';
import { renderModulePaths } from '../pipeline/render-modules.js';
import { openStore } from '../pipeline/store.js';
import { type BuiltPage, listBuiltPages, listDynamicRoutes, listFiles } from './built-site.js';
import { readRenderManifest } from './css-loader.js';
import { readDocument } from './proxy-matchers.js';

/** Relative URLs of pages are resolved against it. RFC 2606 keeps its top-level domain free. */
const ORIGIN = 'http://site.invalid';

const STORES = [STORE_URL, IMMUTABLE_STORE_URL, REWRITE_STORE_URL];

/**
 * Measures the coverage of a finished build by what Next has written: the HTML
 * of prerendered pages, the stylesheets that it bundles, and the public files
 * that these load. A build that is not of this manifest says nothing, so it is
 * not measured.
 */
export function measureBuild(project: Project, built: BuiltManifest): MeasuredBuild {
  if (!fs.existsSync(path.join(project.buildDir, 'BUILD_ID'))) return { whyNot: 'there is no finished build; run "next build"' };
  if (readDeploys(project).length === 0) {
    return { whyNot: 'the last build left no record: wrap next.config in withSmartCache, keep .next/cache, and run "next build" again' };
  }
  if (!isLatestDeploy(project, built))
    return { whyNot: 'public/ or the options have changed since the last build; run "next build" again' };
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

/** Yields all URLs that the pages load, with those in their stylesheets and public files. */
function* loadedUrls(
  { buildDir, cacheDir, options, prefixes: { basePath }, publicDir }: Project,
  { contentHashes }: BuiltManifest,
  pages: readonly BuiltPage[],
  find: (url: string) => NamedFile | undefined,
): Iterable<LoadedUrl> {
  const followed = new Set<string>();
  const store = openStore(cacheDir);
  for (const { file, route, pathname } of pages) {
    for (const linked of findLinkedFiles(fs.readFileSync(file, 'utf8'), ORIGIN + basePath + pathname)) {
      yield* withReferences({ ...linked, page: route });
    }
  }
  for (const name of listFiles(path.join(buildDir, 'static'), '.css')) {
    // Stylesheets of `public/` are read when a page loads them.
    if (STORES.some((storeUrl) => `/_next/static/${name}`.startsWith(`${storeUrl}/`))) continue;
    const sheetUrl = `${ORIGIN}${basePath}/_next/static/${name}`;
    for (const url of findLoadedUrls(sheetUrl, readBytes(path.join(buildDir, 'static', name)))) {
      yield* withReferences({ url, place: 'stylesheet', label: 'url()', page: path.posix.basename(name) });
    }
  }

  function* withReferences(loaded: LoadedUrl): Iterable<LoadedUrl> {
    yield loaded;
    // Its author has left it alone, and with it what it loads.
    if (loaded.place === 'no-hash') return;
    const named = find(loaded.url);
    const key = named && `${named.isHashed} ${named.assetPath}`;
    if (named === undefined || key === undefined || followed.has(key)) return;
    followed.add(key);
    const { assetPath, isHashed } = named;
    const file = isHashed ? store.pathOf(contentHashes.get(assetPath) ?? '') : path.join(publicDir, assetPath);
    // With an import map, modules find each other through the map, and its URLs are counted already.
    const urls = findLoadedUrls(loaded.url, readBytes(file), { withModules: !options.modules.importMap });
    for (const url of urls) yield* withReferences({ url, place: 'reference', label: assetPath, page: loaded.page });
  }
}

function readBytes(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch {
    // A missing file refers to nothing. Other checks report it.
    return Buffer.alloc(0);
  }
}
