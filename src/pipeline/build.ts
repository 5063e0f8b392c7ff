import type { ErrorParts } from '../core/errors.js';
import type { Manifest } from '../core/manifest-document.js';
import type { SmartCacheOptions } from '../core/options.js';
import { buildManifest } from './build-manifest.js';
import { resolveProject } from './project.js';

export interface BuildOptions {
  /** The app's folder. Default: the working directory. */
  cwd?: string;
  /** Next's `distDir`. Default: `.next`. */
  distDir?: string;
  /** Next's `basePath` and `assetPrefix`, which references inside files may need. Default: none. */
  basePath?: string;
  assetPrefix?: string;
  /** The options of `withSmartCache`. Default: all defaults; `next.config` is not read. */
  options?: SmartCacheOptions;
}

export interface BuildResult {
  manifest: Manifest;
  /** Absolute path of the manifest. */
  manifestPath: string;
  /** Whether the manifest on disk was missing or different. */
  changed: boolean;
  /** How many files the build read. */
  filesRead: number;
  /** References to missing files, and files whose references cannot be read. */
  warnings: readonly ErrorParts[];
}

/**
 * Does the same as `next-smart-cache build`, for your own scripts: hashes
 * `public/`, fills the store and writes `.smart-cache/manifest.json`.
 *
 * @throws {SmartCacheError} The old manifest stays.
 * @example
 * import { build } from 'next-smart-cache/build';
 * const { manifest } = await build();
 * console.log(manifest.assets['/js/application.js']?.url);
 */
export async function build({ cwd = process.cwd(), ...config }: BuildOptions = {}): Promise<BuildResult> {
  const project = resolveProject({ root: cwd, ...config });
  const { manifest, changed, filesRead, warnings } = buildManifest(project);
  return { manifest, manifestPath: project.manifestPath, changed, filesRead, warnings };
}
