import fs from 'node:fs';
import path from 'node:path';
import type { NextConfig } from 'next';
import { assetPathMatcher } from '../core/asset-path-globs.js';
import { describeProblem, type ErrorParts, newWarningsOnly } from '../core/errors.js';
import { deriveHeaders } from '../core/header-rules.js';
import { compareManifests, type ManifestEntry } from '../core/manifest-document.js';
import { formatCount, visible } from '../core/message-text.js';
import { describeBuildCoverage, describeGroup } from '../core/plain-reasons.js';
import type { RenderManifestSettings } from '../core/render-manifest.js';
import { deriveRewrites, type RewriteRules } from '../core/rewrite-rules.js';
import { sharedGlobals } from '../core/shared-globals.js';
import { type BuiltManifest, buildManifest } from '../pipeline/build-manifest.js';
import { deploysWith, nameDeploy, recordDeploy } from '../pipeline/deploys.js';
import { describeLeftToAsset } from '../pipeline/graph/files-kept-plain.js';
import type { Project } from '../pipeline/project.js';
import { type RenderModules, renderModulePaths, writeRenderModules } from '../pipeline/render-modules.js';
import { describeCopies, measureCopies, requireUnchanged, serveStore, warnOfUpload } from '../pipeline/served-files.js';
import { watchPublicFolder, watchSource } from '../pipeline/watcher.js';
import { developmentHeaders, QUERY_URLS, rewrittenUrls } from './development-urls.js';
import { whenBuildSucceeds } from './environment.js';
import { checkGuards } from './guards.js';
import { declareImmutable } from './immutable-assets.js';
import type { HeaderRules } from './merge-rules.js';
import { type ShapeInput, shapeBesideRoutes, warnOfReachedRoutes } from './route-conflicts.js';
import { passesHeadersToOptimizer } from './supported-versions.js';
import { whenPagesListen } from './when-pages-listen.js';

/**
 * What `withSmartCache` asks of a wrapped app. Production and development are
 * two objects with the same methods, chosen once.
 */
export interface SmartCacheApp {
  /** Absolute paths of the modules that the bundlers are to alias. */
  readonly modules: RenderModules;
  /** Makes sure that manifest and modules are there and current; cheap when they are. */
  prepare(): void;
  /** The rewrites of this mode. Absent: it needs none. */
  readonly rewriteRules: (() => RewriteRules) | undefined;
  /** The headers of this mode. Absent: it needs none. */
  readonly headerRules: HeaderRules | undefined;
  /** Whether URLs of images may have a query, which `next/image` has to be told. */
  readonly hasQueries: boolean;
  readonly hashLength: number;
  /** Whether the JSX runtime must know components of Next, so that it hashes their props. */
  readonly usesJsxRuntime: boolean;
  /** Called when Next has compiled, before it renders pages. */
  afterCompile(distDir: string): void;
}

export type SettingsConfig = Pick<NextConfig, 'images'>;

export interface ProductionAppOptions {
  /** Whether the copies in the store are hashed again. Default: true; workers leave that to the process that builds. */
  checkCopies?: boolean;
}

/** The app under `next build`: the store, copied to where Next serves its files as immutable. */
export function productionApp(project: Project, config: SettingsConfig, { checkCopies = true }: ProductionAppOptions = {}): SmartCacheApp {
  const modules = renderModulePaths(project, 'build');
  const built = once(() => {
    const result = buildManifest(project, { checkCopies });
    if (!fs.existsSync(project.publicDir)) say(`there is no ${project.publicDir}, so there is nothing to hash`);
    for (const notice of noticesOf(project, result)) say(notice);
    // The command line has said them when it wrote the manifest.
    if (result.changed) warn(result.warnings);
    const count = Object.keys(result.manifest.assets).length;
    const why = result.deliveryBefore === undefined ? '' : `, since it was for ${result.deliveryBefore} delivery`;
    if (result.changed) say(`the manifest was missing or outdated; rebuilt it for ${formatCount(count, 'file')}${why}`);
    writeRenderModules(project, result, settingsOf(project, result), modules);
    return result;
  });
  const served = once(() => deploysWith(project, built()));
  const { hashLength, onStaleHash } = project.options;
  // Next asks twice in one build; a warning is wanted once.
  const shape = once(() => {
    if (project.delivery === 'static') return undefined;
    const rewritten = served().files.filter(({ storeFolder }) => storeFolder === '');
    const found = shapeBesideRoutes(
      shapeInput(
        project,
        built(),
        rewritten.map(({ assetPath }) => assetPath),
      ),
    );
    warnOfReachedRoutes(found.routesReached, hashLength, found.shape?.exampleExtension ?? '');
    return found.shape;
  });
  return {
    modules,
    prepare: () => void built(),
    rewriteRules:
      project.delivery === 'static' ? undefined : () => deriveRewrites(shape(), onStaleHash, passesHeadersToOptimizer(project.root)),
    // With `output: 'export'`, Next warns about any `headers` on every start.
    headerRules: project.isExport
      ? undefined
      : (ownKeys) =>
          deriveHeaders({
            shape: shape(),
            hashLength,
            deploy: nameDeploy(built().manifest, served()),
            optimizerPath: optimizerPathOf(config),
            ownKeys,
            isOverruledByHost: isOnVercel(),
          }),
    hasQueries: false,
    hashLength,
    usesJsxRuntime: project.usesJsxRuntime,
    afterCompile: (distDir) => {
      const { files, notices } = serveStore(project, served(), distDir);
      for (const notice of notices) say(notice);
      const copies = measureCopies(project, built(), served());
      if (copies.files > 0) say(`copied ${describeCopies(copies)}, below ${path.relative(project.root, distDir)}/static`);
      warn(warnOfUpload(project, built(), copies));
      declareImmutable(files, distDir);
      whenBuildSucceeds(() => checkGuards(project, built(), served(), distDir), distDir);
      whenBuildSucceeds(() => requireUnchanged(project, files), distDir);
      whenBuildSucceeds(() => {
        recordDeploy(project, built());
        reportCoverage(project, built());
      });
    },
  };
}

/** `next dev`: no store and nothing cacheable; the hashes follow the files. */
export function developmentApp(project: Project): SmartCacheApp {
  const modules = renderModulePaths(project, 'development');
  const saysNew = newWarningsOnly();
  const buildAgain = () => {
    const built = buildManifest(project, { freeze: false });
    warn(saysNew(built.warnings));
    return built;
  };
  const shape = once(() => shapeBesideRoutes(shapeInput(project, first(), [])).shape);
  const urls = project.delivery === 'static' ? QUERY_URLS : rewrittenUrls(shape);
  let renotifications = 0;
  const writeModules = (built: BuiltManifest) => {
    // References are not rewritten here: a module that others import by its plain name must not be loaded by another one too.
    const plainModules = built.graph.importedByUrl();
    const urlOf = (assetPath: string, { hash }: ManifestEntry) => (plainModules.has(assetPath) ? undefined : urls.urlOf(assetPath, hash));
    // This server serves all files, also with a CDN. A checksum would block an edited file.
    const settings = { ...settingsOf(project, built), cdnPrefix: '', integrity: false, urlOf };
    const { source, manifest } = writeRenderModules(project, built, settings, modules, {
      forDevelopment: true,
      edited,
      renotifications,
    });
    sharedGlobals().newestManifest = manifest;
    return source;
  };
  const first = once(() => {
    const built = buildAgain();
    for (const notice of noticesOf(project, built)) say(notice);
    return built;
  });
  // One that is as it was again stays listed: a document may have seen it in between.
  const edited = new Set<string>();
  const started = once(() => {
    let latest = first();
    const source = writeModules(latest);
    const tellAgain = whenPagesListen(() => {
      renotifications++;
      writeModules(latest);
    });
    watchPublicFolder(project.publicDir, () => {
      const before = latest;
      latest = buildAgain();
      const { added, edited: changed, removed } = compareManifests(before.manifest, latest.manifest);
      const assetPaths = [...added, ...changed, ...removed];
      for (const assetPath of assetPaths) edited.add(assetPath);
      writeModules(latest);
      if (assetPaths.length > 0) tellAgain();
    });
    watchSource(source, () => writeModules(latest));
  });
  return {
    modules,
    prepare: started,
    rewriteRules: urls.rewriteRules,
    // With `output: 'export'`, Next warns about any `headers` on every start.
    headerRules: project.isExport ? undefined : developmentHeaders,
    hasQueries: urls === QUERY_URLS,
    hashLength: project.options.hashLength,
    usesJsxRuntime: project.usesJsxRuntime,
    afterCompile: () => {},
  };
}

/** `undefined` on Vercel: its own optimizer is not known to override a header rule. */
function optimizerPathOf({ images }: SettingsConfig): string | undefined {
  const optimizerPath = images?.path ?? '/_next/image';
  return !isOnVercel() && /^(?:\/[\w.-]+)+$/.test(optimizerPath) ? optimizerPath : undefined;
}

/**
 * Vercel's builder sets `NOW_BUILDER`, by which Next recognises it too;
 * `VERCEL` is also in the `.env.local` that `vercel env pull` writes.
 */
function isOnVercel(): boolean {
  return Boolean(process.env.NOW_BUILDER);
}

function settingsOf(
  { prefixes, options: { automatic, integrity, onMissing } }: Project,
  { leftToAsset }: BuiltManifest,
): RenderManifestSettings {
  const isExcluded = assetPathMatcher(automatic.exclude);
  return { ...prefixes, integrity, onMissing, isAutomatic: (assetPath) => !leftToAsset.has(assetPath) && !isExcluded(assetPath) };
}

function noticesOf({ usesJsxRuntime, options: { automatic } }: Project, { notices, leftToAsset }: BuiltManifest): string[] {
  const isExcluded = assetPathMatcher(automatic.exclude);
  const left = [...leftToAsset].filter(([assetPath]) => usesJsxRuntime && !isExcluded(assetPath));
  return [...notices, ...describeLeftToAsset(left)];
}

function shapeInput(
  { options }: Project,
  { manifest, stablePaths, keptPlain, routes }: BuiltManifest,
  olderPaths: Iterable<string>,
): ShapeInput {
  const assetPaths = [...Object.keys(manifest.assets), ...stablePaths];
  // As when the manifest was built: its URLs point where that shape says.
  const hashedPaths = [...Object.keys(manifest.assets), ...keptPlain];
  return { manifest, hashedPaths, assetPaths, olderPaths, hashLength: options.hashLength, routes };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Says the coverage of a build that has ended: one line, and one more for each reason that files are plain. */
function reportCoverage(project: Project, built: BuiltManifest): void {
  // Loaded here: every process of Next loads this file, and the readers of HTML and CSS are large.
  const measured = (require('./build-coverage.js') as typeof import('./build-coverage.js')).measureBuild(project, built);
  say('whyNot' in measured ? `coverage not measured: ${measured.whyNot}` : describeBuildCoverage(measured));
  for (const group of 'whyNot' in measured ? [] : measured.groups) console.log(`  ${visible(describeGroup(group))}`);
}

function warn(warnings: readonly ErrorParts[]): void {
  for (const warning of warnings) console.warn(`next-smart-cache: ${describeProblem(warning)}`);
}

function say(text: string): void {
  console.log(`next-smart-cache: ${visible(text)}`);
}
