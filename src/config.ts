export { SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export type { HashAlgorithm } from './core/manifest-document.js';
export type { Fingerprint, FingerprintInput, SmartCacheOptions } from './core/options.js';
export { withSmartCache } from './next/with-smart-cache.js';
