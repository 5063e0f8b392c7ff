import fs from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'postcss';
import { WRAPPED_BY } from '../core/shared-globals.js';
import { renderModulePaths } from '../pipeline/render-modules.js';
import { hashCss, readRenderManifest } from './css-loader.js';
import { CLI_PHASE } from './environment.js';

/**
 * PostCSS plugin for the one thing that the loader of `withSmartCache` cannot
 * see: what other PostCSS plugins make under Turbopack, such as Tailwind's
 * `bg-[url(/img/bg.png)]`. It comes after them. An app without a PostCSS config
 * needs no plugin, and would lose those of Next.
 *
 * It reads what `withSmartCache` has generated; in an app whose config is not
 * wrapped, the stylesheet stays as it is.
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
      if (process.env[WRAPPED_BY] === undefined) return {};
      const moduleFile = result.opts.from === undefined ? undefined : findRenderModule(path.dirname(result.opts.from));
      const manifest = moduleFile && readRenderManifest(moduleFile);
      if (!manifest) return {};
      // In development a saved file of public/ changes the module, and the module this stylesheet.
      result.messages.push({ type: 'dependency', plugin: 'next-smart-cache', file: moduleFile, parent: result.opts.from });
      return {
        Declaration(declaration) {
          const hashed = hashCss(declaration.value, () => manifest);
          // Setting a value makes PostCSS visit the declaration again.
          if (hashed !== declaration.value) declaration.value = hashed;
        },
      };
    },
  };
}
smartCachePostcss.postcss = true as const;

/** The generated module of the nearest app folder above a stylesheet. */
function findRenderModule(folder: string): string | undefined {
  // `next build --debug-prerender` builds under NODE_ENV=development.
  const isBuild = process.env.NEXT_PHASE === CLI_PHASE || process.env.NODE_ENV !== 'development';
  const mode = isBuild ? 'build' : 'development';
  const file = renderModulePaths({ outputDir: path.join(folder, '.smart-cache') }, mode).server;
  if (fs.existsSync(file)) return file;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : findRenderModule(parent);
}
