import type { ErrorParts } from './core/errors.js';
import type { Manifest } from './core/manifest-document.js';
import type { SmartCacheOptions } from './core/options.js';
import { buildManifest } from './pipeline/build-manifest.js';
import { resolveProject } from './pipeline/project.js';

export { type ErrorParts, SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export { type Manifest, type ManifestEntry, parseManifest } from './core/manifest-document.js';
export type { Fingerprint, FingerprintInput, HashAlgorithm, SmartCacheOptions } from './core/options.js';

export interface BuildOptions {
  /** The app's folder. Default: the working directory. */
  cwd?: string;
  /** Next's `distDir`. Default: `.next`. */
  distDir?: string;
  /** Next's `basePath` and `assetPrefix`, which references inside files may need. Default: none. */
  basePath?: string;
  assetPrefix?: string;
  /** The same options as `withSmartCache`. Default: all defaults; `next.config` is not read. */
  options?: SmartCacheOptions;
}

export interface BuildResult {
  manifest: Manifest;
  /** Absolute path of the manifest. */
  manifestPath: string;
  /** Whether the manifest on disk was missing or another one. */
  changed: boolean;
  /** How many files had to be read. */
  filesRead: number;
  /** References that lead nowhere, and files that cannot be looked into. */
  warnings: readonly ErrorParts[];
}

/**
 * What `next-smart-cache build` does, for scripts of one's own: hashes
 * `public/`, fills the store and writes `.smart-cache/manifest.json`.
 *
 * @throws {SmartCacheError} and leaves the old manifest as it was.
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
