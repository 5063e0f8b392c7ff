import type { Manifest } from './core/manifest-document.js';
import type { SmartCacheOptions } from './core/options.js';
import { buildManifest } from './pipeline/build-manifest.js';
import { resolveProject } from './pipeline/project.js';

export { SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export { type Manifest, type ManifestEntry, parseManifest } from './core/manifest-document.js';
export type { Fingerprint, FingerprintInput, HashAlgorithm, SmartCacheOptions } from './core/options.js';

export interface BuildOptions {
  /** The app's folder. Default: the working directory. */
  cwd?: string;
  /** Next's `distDir`. Default: `.next`. */
  distDir?: string;
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
export async function build({ cwd = process.cwd(), distDir, options }: BuildOptions = {}): Promise<BuildResult> {
  const project = resolveProject({ root: cwd, distDir, options });
  const { manifest, changed, filesRead } = buildManifest(project);
  return { manifest, manifestPath: project.manifestPath, changed, filesRead };
}
