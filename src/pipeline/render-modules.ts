import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { listSourceFiles, type SourceFiles } from '../app-source/source-files.js';
import { findMentions } from '../app-source/source-mentions.js';
import type { RenderManifest, RenderManifestSettings } from '../core/render-manifest.js';
import { writeIfChanged } from '../disk/files.js';
import type { BuiltManifest } from './build-manifest.js';
import type { Project } from './project.js';
import { buildRenderManifests, type RenderManifestOptions } from './render-manifests.js';

/** The generated modules that an app's bundles get instead of those of this package and of Next. Absolute paths. */
export interface RenderModules {
  /** All entries, for Server Components. */
  server: string;
  /** The entries that client code may look up, for the browser. */
  client: string;
  /** The same entries where the server renders client code, with a list of the missing ones. */
  clientOnServer: string;
  /** Replace `next/image` and `next/script`. They are in the app's folder, since a package of the app may be unable to resolve this one. */
  nextImage: string;
  nextScript: string;
  /** Folder of the components that development renders. */
  hot: string;
}

/** Development has its own modules, so that `next dev` and `next build` may run side by side. */
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

interface WrittenModules {
  source: SourceFiles;
  /** The manifest for Server Components, with the list of the entries that client code lacks in production. */
  manifest: RenderManifest & { unlisted: string };
}

/** Writes the modules that differ from those on disk. */
export function writeRenderModules(
  project: Project,
  built: BuiltManifest,
  settings: RenderManifestSettings,
  modules: RenderModules,
  options: RenderManifestOptions = {},
): WrittenModules {
  const assetPaths = new Set([...Object.keys(built.manifest.assets), ...built.plainPaths]);
  const source = listSourceFiles(project);
  const mentions = findMentions(source.files, (candidate) => assetPaths.has(candidate), settings.basePath);
  const { server, client, clientOnServer, unlisted } = buildRenderManifests(project, built, settings, mentions, options);
  const parts = { strategy: mentions.strategy, hot: options.forDevelopment === true && writeHotComponents(modules.hot) };
  writeIfChanged(modules.server, toModule(server, parts));
  writeIfChanged(modules.client, toModule(client, parts));
  writeIfChanged(modules.clientOnServer, toReexport(clientOnServer));
  if (project.usesJsxRuntime) {
    writeIfChanged(modules.nextImage, toNextImage(fileOfNext('image', modules.nextImage, project.root)));
    writeIfChanged(modules.nextScript, toNextScript(fileOfNext('script', modules.nextScript, project.root)));
  }
  return { source, manifest: { ...server, unlisted } };
}

const MANIFEST_START = 'export const manifest = ';

/** Reads the manifest of a module that {@link writeRenderModules} wrote. */
export function parseRenderModule(text: string): RenderManifest {
  const line = text.split('\n').find((candidate) => candidate.startsWith(MANIFEST_START)) ?? '';
  return JSON.parse(line.slice(MANIFEST_START.length, -1).replaceAll(COMPUTED_PROTO, PROTO)) as RenderManifest;
}

/**
 * The key `__proto__` in an object literal sets the prototype; a computed key does
 * not (https://tc39.es/ecma262/#sec-__proto__-property-names-in-object-initializers).
 */
const PROTO = '"__proto__":';
const COMPUTED_PROTO = '["__proto__"]:';

/** Turns JSON into a JavaScript expression. In a JSON string, each quote has a backslash, so the replacement changes only keys. */
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

/** Reexports the browser's own module, so that server and browser cannot find different URLs. */
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
 * Returns a relative import of a file of the app's Next. The aliases do not match
 * it, and webpack bundles it. With the name `next/image.js`, servers of the Pages
 * Router would load the file at run time, without the app's `images` settings.
 */
function fileOfNext(name: 'image' | 'script', from: string, root: string): string {
  const file = createRequire(path.join(root, 'next.config.js')).resolve(`next/${name}.js`);
  // Bundlers use real paths.
  const folder = path.join(fs.realpathSync(root), path.relative(root, path.dirname(from)));
  return JSON.stringify(path.relative(folder, file).split(path.sep).join('/'));
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}

/** File name → text. It is read once, since this runs after each save and the package does not change while a server runs. */
let compiled: ReadonlyMap<string, string> | undefined;

/**
 * Copies the components of development into the app, where the bundlers compile
 * them like the app's own. The package has no entry for them.
 *
 * @returns false in a checkout that has not been built.
 */
function writeHotComponents(folder: string): boolean {
  compiled ??= readCompiled(path.join(__dirname, '../../esm/react/hot'));
  for (const [name, text] of compiled) writeIfChanged(path.join(folder, name), text);
  return compiled.size > 0;
}

function readCompiled(folder: string): Map<string, string> {
  if (!fs.existsSync(folder)) return new Map();
  // The package.json of the app may make .js files CommonJS.
  const asModule = (file: string) => file.replace(/\.js$/, '.mjs');
  const read = (name: string) => fs.readFileSync(path.join(folder, name), 'utf8');
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.js'));
  return new Map(names.map((name) => [asModule(name), read(name).replace(/(?<= from ["'])\.\/[\w-]+\.js(?=["'];)/g, asModule)]));
}
