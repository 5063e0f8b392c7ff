import fs from 'node:fs';
import path from 'node:path';
import type { NextConfig } from 'next';
import { deriveHeaders } from '../core/header-rules.js';
import { formatCount, visible } from '../core/message-text.js';
import { describeBuildCoverage, describeGroup } from '../core/plain-reasons.js';
import { deriveRewrites, IMMUTABLE_STORE_URL } from '../core/rewrite-rules.js';
import { type BuiltManifest, buildManifest } from '../pipeline/build-manifest.js';
import { deploysWith, nameDeploy, recordDeploy } from '../pipeline/deploys.js';
import { linkForNginx } from '../pipeline/nginx-folder.js';
import { precompress, type VariantsByFile } from '../pipeline/precompress.js';
import type { Project } from '../pipeline/project.js';
import { renderModulePaths, writeRenderModules } from '../pipeline/render-modules.js';
import { describeCopies, measureCopies, requireUnchanged, type ServedFile, serveStore, warnOfUpload } from '../pipeline/served-files.js';
import { removeServerDocument } from '../pipeline/server-document.js';
import { checkGuards, checkWhenFinished } from './build-checks.js';
import { isOnVercel, whenBuildSucceeds } from './environment.js';
import { canMergeHeaders } from './merge-config.js';
import { failOnMissingAssets } from './missing-assets.js';
import { recordHandledFiles } from './record-handled-files.js';
import { shapeBesideRoutes, warnOfReachedRoutes } from './route-conflicts.js';
import { noticesOf, once, renderSettings, type SmartCacheApp, say, warn } from './smart-cache-app.js';
import { passesHeadersToOptimizer } from './supported-versions.js';

/**
 * The app under `next build`: Next serves the files of the store as immutable.
 *
 * @param checkCopies whether to hash the copies in the store again. Workers leave it to the process that runs the build.
 */
export function productionApp(
  project: Project,
  config: Pick<NextConfig, 'compress' | 'images' | 'headers'>,
  checkCopies = true,
): SmartCacheApp {
  const { delivery, isExport } = project;
  const { hashLength, onStaleHash } = project.options;
  const modules = renderModulePaths(project, 'build');
  const built = once(() => {
    const result = buildManifest(project, { checkCopies });
    reportManifest(project, result);
    writeRenderModules(project, result, renderSettings(project, result), modules);
    return result;
  });
  const served = once(() => deploysWith(project, built()));
  // Next asks twice in one build, but a warning must appear once.
  const shape = once(() => {
    if (delivery === 'static') return undefined;
    const rewritten = served().files.filter(({ storeFolder }) => storeFolder === '');
    const found = shapeBesideRoutes(built(), hashLength, rewritten);
    warnOfReachedRoutes(found.routesReached, hashLength, found.shape?.exampleExtension ?? '');
    return found.shape;
  });
  const deploy = once(() => nameDeploy(built().manifest, served()));
  return {
    modules,
    rewriteRules: delivery === 'static' ? undefined : () => deriveRewrites(shape(), onStaleHash, passesHeadersToOptimizer(project.root)),
    // With `output: 'export'`, Next warns about any `headers` on every start.
    headerRules: isExport
      ? undefined
      : (ownKeys) =>
          deriveHeaders({
            shape: shape(),
            hashLength,
            deploy: deploy(),
            optimizerPath: optimizerPathOf(config),
            ownKeys,
            isOverruledByHost: isOnVercel(),
          }),
    hasQueries: false,
    start() {
      const { warning } = project.deliveryChoice;
      if (warning) warn([warning]);
      say(project.deliveryLines);
      failOnMissingAssets(project);
      checkWhenFinished(project, !isExport && canMergeHeaders(config));
    },
    prepare: () => void built(),
    async afterCompile(distDir) {
      removeServerDocument(distDir);
      const { files, notices } = serveStore(project, served(), distDir);
      say(notices);
      const copies = measureCopies(project, built(), served());
      if (copies.files > 0) say([`copied ${describeCopies(copies)}, to ${path.relative(project.root, distDir)}/static`]);
      warn(warnOfUpload(project, built(), copies));
      declareImmutable(files, distDir);
      let variants: VariantsByFile = new Map();
      whenBuildSucceeds(() => {
        checkGuards(project, built(), served(), distDir);
        requireUnchanged(project, files);
      }, distDir);
      whenBuildSucceeds(() => {
        if (!isExport) recordHandledFiles(project, distDir, { files, variants, compress: config.compress !== false });
        warn(recordDeploy(project, built()));
        warn(linkForNginx(project.cacheDir, served().files, variants, distDir));
        reportCoverage(project, built());
      });
      const compressed = await precompress(project, served().files, distDir);
      variants = compressed.variants;
      say(compressed.notices);
      warn(compressed.warnings);
    },
  };
}

function reportManifest(project: Project, built: BuiltManifest): void {
  if (!fs.existsSync(project.publicDir)) say([`there is no ${project.publicDir}, so there is nothing to hash`]);
  say(noticesOf(project, built));
  // Otherwise the command line wrote the manifest and reported the warnings.
  if (!built.changed) return;
  warn(built.warnings);
  const count = Object.keys(built.manifest.assets).length;
  const deliveryBefore = built.deliveryBefore();
  const why = deliveryBefore === undefined ? '' : `, since it was for ${deliveryBefore} delivery`;
  say([`the manifest was missing or outdated; rebuilt it for ${formatCount(count, 'file')}${why}`]);
}

/** `undefined` on Vercel: it is not known whether a header rule applies to Vercel's own optimizer. */
function optimizerPathOf({ images }: Pick<NextConfig, 'images'>): string | undefined {
  const optimizerPath = images?.path ?? '/_next/image';
  return !isOnVercel() && /^(?:\/[\w.-]+)+$/.test(optimizerPath) ? optimizerPath : undefined;
}

/**
 * Adds our files to the list by which Next tells an adapter which files may
 * outlive their deploy (`immutableHash`). Turbopack writes the list if the
 * config supports immutable assets.
 */
export function declareImmutable(files: readonly Pick<ServedFile, 'file' | 'contentHash'>[], distDir: string): void {
  const list = path.join(distDir, 'immutable-static-hashes.json');
  if (!fs.existsSync(list)) return;
  const hashes = JSON.parse(fs.readFileSync(list, 'utf8')) as Record<string, string>;
  const folder = IMMUTABLE_STORE_URL.replace('/_next/', '');
  for (const name of Object.keys(hashes)) if (name.startsWith(`${folder}/`)) delete hashes[name];
  for (const { file, contentHash } of files) {
    const name = path.relative(distDir, file).split(path.sep).join('/');
    if (name.startsWith(`${folder}/`)) hashes[name] = contentHash;
  }
  fs.writeFileSync(list, JSON.stringify(hashes));
}

/** Prints one line, and one more for each reason that files are plain. */
function reportCoverage(project: Project, built: BuiltManifest): void {
  // Load the readers of HTML and CSS only when they are needed: they are large, and every process of Next loads this file.
  const measured = (require('./build-coverage.js') as typeof import('./build-coverage.js')).measureBuild(project, built);
  say(['whyNot' in measured ? `coverage not measured: ${measured.whyNot}` : describeBuildCoverage(measured)]);
  for (const group of 'whyNot' in measured ? [] : measured.groups) console.log(`  ${visible(describeGroup(group))}`);
}
