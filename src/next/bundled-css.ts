import fs from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'postcss';
import { lookUpUrl, type RenderManifest, withoutBasePath } from '../core/render-manifest.js';
import { readTextIfThere } from '../disk/files.js';
import { findCssReferences } from '../pipeline/references/css-references.js';
import { type Edit, rewriteReferences } from '../pipeline/references/rewrite-references.js';
import { parseRenderModule, renderModulePaths } from '../pipeline/render-modules.js';
import { isBuildProcess, isWrappedProcess } from './environment.js';

/** The part of a loader's context that webpack and Turbopack share. */
interface LoaderContext {
  /** `moduleFile`: absolute path of the generated module with the manifest. */
  getOptions(): { moduleFile: string };
  addDependency(file: string): void;
  callback(error: null, content: string | Buffer, map?: unknown, meta?: object): void;
}

/**
 * The loader of webpack and Turbopack for bundled stylesheets:
 * `url(/img/bg.png)` gets the hashed URL of the file in `public/`. A stylesheet
 * without such a URL does not depend on the manifest, so the bundler does not
 * compile it again when a file of `public/` changes.
 *
 * @param map the source map of earlier loaders. It stays right, since no line moves.
 * @param meta what loaders pass to each other.
 */
export default function smartCacheCssLoader(this: LoaderContext, content: string | Buffer, map?: unknown, meta?: object): void {
  const css = content.toString();
  const hashed = hashCss(css, () => {
    const { moduleFile } = this.getOptions();
    this.addDependency(moduleFile);
    return readRenderManifest(moduleFile);
  });
  if (hashed === css) this.callback(null, content, map, meta);
  // The syntax tree that PostCSS passes on still has the old URLs.
  else this.callback(null, hashed, map, { ...meta, ast: undefined });
}

/** Matches all CSS with a URL that begins with a slash. A comment alone does not match. */
export const MAY_NAME_PUBLIC_FILE = /["'(\s]\/[^\s/*]/;

/**
 * Replaces the URLs of public files by hashed URLs, in a stylesheet or in one
 * value: `url(/img/bg.png)`, with or without the app's `basePath`. The number
 * of lines stays the same.
 *
 * @param readManifest runs only if the CSS has a URL that may name a public file.
 */
export function hashCss(css: string, readManifest: () => RenderManifest | undefined): string {
  if (!MAY_NAME_PUBLIC_FILE.test(css)) return css;
  // The bundler resolves every `@import`.
  const references = findCssReferences(css).filter(({ kind, url }) => /^(?:url|font)$/.test(kind) && url.trim().startsWith('/'));
  const manifest = references.length > 0 ? readManifest() : undefined;
  if (!manifest) return css;
  const edits = references.flatMap((reference): Edit[] => {
    const written = reference.url.trim();
    const url = lookUpUrl(manifest, withoutBasePath(manifest.basePath, written));
    // With an empty reference, rewriteReferences adds no `?query` and `#fragment`: `url` has them already.
    return url === undefined || url === written ? [] : [{ reference: { ...reference, url: '' }, url }];
  });
  return edits.length === 0 ? css : rewriteReferences(css, edits);
}

/** The last manifest parsed. An app may have hundreds of stylesheets, and a manifest thousands of files. */
let latest: { text: string; manifest: RenderManifest } | undefined;

/** The manifest in a generated module; `undefined` if there is none. */
export function readRenderManifest(moduleFile: string): RenderManifest | undefined {
  const text = readTextIfThere(moduleFile);
  if (text === undefined) return undefined;
  if (latest?.text !== text) latest = { text, manifest: parseRenderModule(text) };
  return latest.manifest;
}

/**
 * The PostCSS plugin, for URLs that other PostCSS plugins make under Turbopack,
 * such as Tailwind's `bg-[url(/img/bg.png)]`: the loader runs before PostCSS.
 * List it last. An app without a PostCSS config needs no plugin: a config of
 * its own would replace Next's default plugins.
 *
 * It does nothing in an app whose config is not wrapped.
 *
 * @example
 * // postcss.config.mjs
 * export default { plugins: { '@tailwindcss/postcss': {}, 'next-smart-cache/postcss': {} } };
 */
export function smartCachePostcss(): Plugin {
  return {
    postcssPlugin: 'next-smart-cache',
    prepare(result) {
      // Storybook and Vite read the same PostCSS config, and their servers have no hashed URLs.
      if (!isWrappedProcess()) return {};
      const moduleFile = result.opts.from === undefined ? undefined : findRenderModule(path.dirname(result.opts.from));
      if (!moduleFile) return {};
      let manifest: RenderManifest | undefined;
      const readManifest = () => {
        if (manifest) return manifest;
        // In development, an edit in public/ changes the module, and so each stylesheet with a URL of public/.
        result.messages.push({ type: 'dependency', plugin: 'next-smart-cache', file: moduleFile, parent: result.opts.from });
        manifest = readRenderManifest(moduleFile);
        return manifest;
      };
      return {
        Declaration(declaration) {
          const hashed = hashCss(declaration.value, readManifest);
          // PostCSS visits a declaration again if its value is set.
          if (hashed !== declaration.value) declaration.value = hashed;
        },
      };
    },
  };
}
smartCachePostcss.postcss = true as const;

/** The generated module of the nearest app folder above a stylesheet. */
function findRenderModule(folder: string): string | undefined {
  const outputDir = path.join(folder, '.smart-cache');
  const file = renderModulePaths({ outputDir }, isBuildProcess() ? 'build' : 'development').server;
  if (fs.existsSync(file)) return file;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : findRenderModule(parent);
}
