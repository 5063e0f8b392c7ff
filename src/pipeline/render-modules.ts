import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { listSourceFiles, type SourceFiles } from '../app-source/source-files.js';
import { findMentions, type SourceMentions } from '../app-source/source-mentions.js';
import { assetPathMatcher } from '../core/asset-path-globs.js';
import type { ResolvedOptions } from '../core/options.js';
import { type RenderManifest, type RenderManifestSettings, toRenderManifest } from '../core/render-manifest.js';
import { packAssetPaths } from '../core/unlisted-assets.js';
import { writeIfChanged } from '../disk/files.js';
import type { BuiltManifest } from './build-manifest.js';
import type { Project } from './project.js';
import { editsOf, importMapOf, preloadsOf } from './render-extras.js';

/** The modules that stand in for `next-smart-cache/manifest` and `next-smart-cache/client-manifest` in an app's bundles. */
export interface RenderModules {
  /** The whole manifest, for Server Components. */
  server: string;
  /** The entries that client code may look up, for the browser. */
  client: string;
  /** The same entries where client code is rendered on the server, with a list of what they lack. */
  clientOnServer: string;
  /** In the place of `next/image` and `next/script`: in the app's folder, so that whoever imports those need not find this package. */
  nextImage: string;
  nextScript: string;
  /** Folder of what the components render in development. */
  hot: string;
}

/** Where the modules of a mode are; development has its own, so that it and a build may run side by side. */
export function renderModulePaths({ outputDir }: Pick<Project, 'outputDir'>, mode: 'build' | 'development'): RenderModules {
  const inFolder = (name: string) => path.join(outputDir, mode, name);
  return {
    server: inFolder('manifest.mjs'),
    client: inFolder('client-manifest.mjs'),
    clientOnServer: inFolder('client-manifest-on-server.mjs'),
    nextImage: inFolder('next-image.mjs'),
    nextScript: inFolder('next-script.mjs'),
    hot: inFolder('hot'),
  };
}

export interface WriteRenderModulesOptions {
  /**
   * Whether the browser gets every entry, and the list of those that it would
   * not get in production. Default: false; in development bytes do not matter,
   * and a path that is typed while the server runs must be known.
   */
  forDevelopment?: boolean;
  /** Development only: asset paths that were edited since the server was started, which an open document may hold the old files of. */
  edited?: ReadonlySet<string>;
  /** Development only: as in `RenderManifest`. Default: 0. */
  toldAgain?: number;
}

/** What is found out while the modules are written. */
interface WrittenModules {
  source: SourceFiles;
  /** What Server Components look asset paths up in, with the list of those that client code lacks in production. */
  manifest: RenderManifest & { unlisted: string };
}

/** Writes the modules that differ from what is on disk. */
export function writeRenderModules(
  project: Project,
  built: BuiltManifest,
  settings: RenderManifestSettings,
  modules: RenderModules,
  { forDevelopment = false, edited = new Set(), toldAgain = 0 }: WriteRenderModulesOptions = {},
): WrittenModules {
  const { manifest, stablePaths } = built;
  const assetPaths = new Set([...Object.keys(manifest.assets), ...stablePaths]);
  const source = listSourceFiles(project);
  const mentions = findMentions(source.files, (candidate) => assetPaths.has(candidate), settings.basePath);
  const { clientAssets } = project.options;
  const isForClient = clientAssetFilter(clientAssets, mentions);
  const unlisted = packAssetPaths([...assetPaths].filter((assetPath) => !isForClient(assetPath)));
  const entries = [...assetPaths].filter(clientAssetFilter(clientAssets === 'all' ? 'referenced' : clientAssets, mentions));

  const plain = toRenderManifest(manifest, stablePaths, settings);
  const importMap = mentions.importMap ? importMapOf(project, built, entries, plain, settings) : undefined;
  const preloads = mentions.preloads ? preloadsOf(built, entries, plain, importMap) : undefined;
  const edits = editsOf(built, edited, settings.basePath);
  const forClient = forDevelopment ? { ...plain, unlisted } : toRenderManifest(manifest, stablePaths, settings, isForClient);
  const extras = (map: RenderManifest['importMap']) => ({
    ...(preloads && { preloads }),
    ...(importMap && map && { importMap: map }),
    ...edits,
    ...(toldAgain > 0 && { toldAgain }),
  });
  const parts = { strategy: mentions.strategy, hot: forDevelopment && writeHotComponents(modules.hot) };
  const forServer = { ...plain, ...extras(importMap) };
  writeIfChanged(modules.server, toModule(forServer, parts));
  writeIfChanged(modules.client, toModule({ ...forClient, ...extras(true) }, parts));
  // Of the browser's own module, so that both halves cannot but find the same URLs.
  writeIfChanged(modules.clientOnServer, toReexport({ ...(!forDevelopment && { unlisted }), ...(importMap && { importMap }) }));
  if (project.usesJsxRuntime) {
    writeIfChanged(modules.nextImage, toNextImage(fileOfNext('image', modules.nextImage, project.root)));
    writeIfChanged(modules.nextScript, toNextScript(fileOfNext('script', modules.nextScript, project.root)));
  }
  return { source, manifest: { ...forServer, unlisted } };
}

function clientAssetFilter(clientAssets: ResolvedOptions['clientAssets'], mentions: SourceMentions): (assetPath: string) => boolean {
  if (clientAssets === 'all') return () => true;
  const isListed = clientAssets === 'referenced' ? () => false : assetPathMatcher(clientAssets);
  return (assetPath) => mentions.assetPaths.has(assetPath) || isListed(assetPath);
}

const MANIFEST_START = 'export const manifest = ';

/** Reads the manifest back out of a module written here. */
export function parseRenderModule(text: string): RenderManifest {
  const line = text.split('\n').find((candidate) => candidate.startsWith(MANIFEST_START)) ?? '';
  return JSON.parse(line.slice(MANIFEST_START.length, -1).replaceAll(COMPUTED_PROTO, PROTO)) as RenderManifest;
}

/** The key `__proto__` would set the prototype in an object literal (ECMA-262, annex B.3.1). A computed key does not. */
const PROTO = '"__proto__":';
const COMPUTED_PROTO = '["__proto__"]:';

/** Turns JSON into a JavaScript expression. Within a string, JSON has a backslash in front of each quote, so only keys are changed. */
function toLiteral(value: unknown): string {
  return JSON.stringify(value).replaceAll(PROTO, COMPUTED_PROTO);
}

const HEADER = '// Written by next-smart-cache; do not edit.';

function toModule(manifest: RenderManifest, { strategy, hot }: { strategy: boolean; hot: boolean }): string {
  return lines(
    HEADER,
    ...(strategy ? ["import Script from 'next/script';"] : []),
    `${MANIFEST_START}${toLiteral(manifest)};`,
    `export const NextScript = ${strategy ? 'Script' : 'undefined'};`,
    ...(hot
      ? ["export { HotScript } from './hot/hot-script.mjs';", "export { HotStyle } from './hot/hot-style.mjs';"]
      : ['export const HotScript = undefined, HotStyle = undefined;']),
  );
}

/** @param onServer what no browser needs to download. */
function toReexport(onServer: Pick<RenderManifest, 'unlisted' | 'importMap'>): string {
  const properties = Object.entries(onServer).map(([name, value]) => `, ${name}: ${toLiteral(value)}`);
  if (properties.length === 0) return lines(HEADER, "export { HotScript, HotStyle, manifest, NextScript } from './client-manifest.mjs';");
  return lines(
    HEADER,
    "import { manifest as browserManifest } from './client-manifest.mjs';",
    "export { HotScript, HotStyle, NextScript } from './client-manifest.mjs';",
    `${MANIFEST_START}{ ...browserManifest${properties.join('')} };`,
  );
}

function toNextImage(ofNext: string): string {
  return lines(
    HEADER,
    `import Image, { getImageProps as getPlainImageProps } from ${ofNext};`,
    "import { hashImage, hashImageProps } from 'next-smart-cache/next-image';",
    'export default hashImage(Image);',
    'export const getImageProps = /* @__PURE__ */ hashImageProps(getPlainImageProps);',
  );
}

function toNextScript(ofNext: string): string {
  return lines(
    HEADER,
    `import Script from ${ofNext};`,
    "import { hashScript } from 'next-smart-cache/next-script';",
    `export { handleClientScriptLoad, initScriptLoader } from ${ofNext};`,
    'export default hashScript(Script);',
  );
}

/**
 * The request for a file of the app's Next, relative to the module that makes
 * it. No alias matches that, and webpack bundles what is asked for so: under
 * the name `next/image.js`, servers of the Pages Router load the file at run
 * time, where it does not know the app's `images`.
 */
function fileOfNext(name: 'image' | 'script', from: string, root: string): string {
  const file = createRequire(path.join(root, 'next.config.js')).resolve(`next/${name}.js`);
  // Bundlers go by real paths.
  const folder = path.join(fs.realpathSync(root), path.relative(root, path.dirname(from)));
  return JSON.stringify(path.relative(folder, file).split(path.sep).join('/'));
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}

/** By name. Read once: this runs after each save, and the package does not change under a server. */
let compiled: ReadonlyMap<string, string> | undefined;

/**
 * Puts the components of development into the app, where the bundlers compile
 * them like its own: the package has no entry for them.
 *
 * @returns whether they are there: not in a checkout that has not been built.
 */
function writeHotComponents(folder: string): boolean {
  compiled ??= readCompiled(path.join(__dirname, '../../esm/react/hot'));
  for (const [name, text] of compiled) writeIfChanged(path.join(folder, name), text);
  return compiled.size > 0;
}

function readCompiled(folder: string): Map<string, string> {
  if (!fs.existsSync(folder)) return new Map();
  // The app's own package.json may say of .js that it is CommonJS.
  const asModule = (file: string) => file.replace(/\.js$/, '.mjs');
  const read = (name: string) => fs.readFileSync(path.join(folder, name), 'utf8');
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.js'));
  return new Map(names.map((name) => [asModule(name), read(name).replace(/(?<= from ["'])\.\/[\w-]+\.js(?=["'];)/g, asModule)]));
}
