export { SmartCacheError, type SmartCacheErrorCode } from './core/errors.js';
export type { Fingerprint, FingerprintInput, HashAlgorithm, SmartCacheOptions } from './core/options.js';
export { withSmartCache } from './next/with-smart-cache.js';
