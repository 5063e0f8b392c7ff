import path from 'node:path';
import { DECLARATION_FILE } from '../core/asset-path-declaration.js';
import { type ResolvedOptions, resolveOptions, type SmartCacheOptions } from '../core/options.js';

/** Where one app keeps what the pipeline reads and writes. All paths are absolute. */
export interface Project {
  /** The app's folder: the one with `next.config` and `public/` in it. */
  root: string;
  publicDir: string;
  /** `.smart-cache/`: the manifest and the modules generated from it. */
  outputDir: string;
  manifestPath: string;
  /** `smart-cache-env.d.ts`: the asset paths as a type. */
  declarationPath: string;
  /** Under `distDir/cache`, which hosts and CI carry from build to build. */
  cacheDir: string;
  options: ResolvedOptions;
  /** The form of the URLs, once `output` is known. */
  delivery: 'rewrite' | 'static';
}

export interface ProjectInput {
  /** The app's folder. */
  root: string;
  /** Next's `distDir`, relative to the app's folder. Default: `.next`. */
  distDir?: string | undefined;
  /** Next's `output`; `'export'` makes `static` the default delivery. */
  output?: string | undefined;
  options?: SmartCacheOptions | undefined;
}

/**
 * Works out a project's folders and options, once, before anything else runs.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID`
 */
export function resolveProject({ root, distDir = '.next', output, options }: ProjectInput): Project {
  const resolved = resolveOptions(options);
  const outputDir = path.join(root, '.smart-cache');
  return {
    root,
    publicDir: path.join(root, 'public'),
    outputDir,
    manifestPath: path.join(outputDir, 'manifest.json'),
    declarationPath: path.join(root, DECLARATION_FILE),
    cacheDir: path.join(root, distDir, 'cache', 'next-smart-cache'),
    options: resolved,
    delivery: resolved.delivery ?? (output === 'export' ? 'static' : 'rewrite'),
  };
}
