import path from 'node:path';
import { assetPathMatcher } from '../core/asset-path-globs.js';
import type { ResolvedOptions } from '../core/options.js';
import type { RenderManifest } from '../core/render-manifest.js';
import { type RenderManifestSettings, toRenderManifest } from '../core/to-render-manifest.js';
import { packAssetPaths } from '../core/unlisted-assets.js';
import { writeIfChanged } from './atomic-write.js';
import type { BuiltManifest } from './build-manifest.js';
import type { Project } from './project.js';
import { listSourceFiles, type SourceFiles } from './source/source-files.js';
import { findMentions, type SourceMentions } from './source/source-mentions.js';

/** The modules that stand in for `next-smart-cache/manifest` and `next-smart-cache/client-manifest` in an app's bundles. */
export interface RenderModules {
  /** The whole manifest, for Server Components. */
  server: string;
  /** The entries that client code may look up, for the browser. */
  client: string;
  /** The same entries where client code is rendered on the server, with a list of what they lack. */
  clientOnServer: string;
}

/** Where the modules of a mode are; development has its own, so that it and a build may run side by side. */
export function renderModulePaths({ outputDir }: Pick<Project, 'outputDir'>, mode: 'build' | 'development'): RenderModules {
  const inFolder = (name: string) => path.join(outputDir, mode, name);
  return {
    server: inFolder('manifest.mjs'),
    client: inFolder('client-manifest.mjs'),
    clientOnServer: inFolder('client-manifest-on-server.mjs'),
  };
}

export interface WriteRenderModulesOptions {
  /**
   * Whether the browser gets every entry, and the list of those that it would
   * not get in production. Default: false; in development bytes do not matter,
   * and a path that is typed while the server runs must be known.
   */
  forDevelopment?: boolean;
}

/** What is found out while the modules are written. */
export interface WrittenModules {
  source: SourceFiles;
  /** Packed: the asset paths that client code lacks in production. */
  unlisted: string;
}

/** Writes the modules that differ from what is on disk. */
export function writeRenderModules(
  project: Project,
  { manifest, stablePaths }: BuiltManifest,
  settings: RenderManifestSettings,
  modules: RenderModules,
  { forDevelopment = false }: WriteRenderModulesOptions = {},
): WrittenModules {
  const assetPaths = new Set([...Object.keys(manifest.assets), ...stablePaths]);
  const source = listSourceFiles(project);
  const mentions = findMentions(source.files, (candidate) => assetPaths.has(candidate));
  const isForClient = clientAssetFilter(project.options.clientAssets, mentions);
  const unlisted = packAssetPaths([...assetPaths].filter((assetPath) => !isForClient(assetPath)));

  const whole = toRenderManifest(manifest, stablePaths, settings);
  writeIfChanged(modules.server, toModule(whole, mentions));
  writeIfChanged(
    modules.client,
    forDevelopment
      ? toModule({ ...whole, unlisted }, mentions)
      : toModule(toRenderManifest(manifest, stablePaths, settings, isForClient), mentions),
  );
  // Of the browser's own module, so that both halves cannot but find the same URLs.
  writeIfChanged(modules.clientOnServer, forDevelopment ? REEXPORT : toReexport(unlisted));
  return { source, unlisted };
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
  return JSON.parse(line.slice(MANIFEST_START.length, -1)) as RenderManifest;
}

const HEADER = '// Written by next-smart-cache; do not edit.';

function toModule(manifest: RenderManifest, { strategy }: SourceMentions): string {
  return lines(
    HEADER,
    ...(strategy ? ["import Script from 'next/script';"] : []),
    `${MANIFEST_START}${JSON.stringify(manifest)};`,
    `export const NextScript = ${strategy ? 'Script' : 'undefined'};`,
  );
}

const REEXPORT = lines(HEADER, "export { manifest, NextScript } from './client-manifest.mjs';");

function toReexport(unlisted: string): string {
  return lines(
    HEADER,
    "import { manifest as browserManifest } from './client-manifest.mjs';",
    "export { NextScript } from './client-manifest.mjs';",
    `${MANIFEST_START}{ ...browserManifest, unlisted: ${JSON.stringify(unlisted)} };`,
  );
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}
