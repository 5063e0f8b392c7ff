export { type ErrorParts, SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export { type HashAlgorithm, type Manifest, type ManifestEntry, parseManifest } from './core/manifest-document.js';
export type { Fingerprint, FingerprintInput, SmartCacheOptions } from './core/options.js';
export { type BuildOptions, type BuildResult, build } from './pipeline/build.js';
