import type { ErrorParts, SmartCacheErrorCode } from '../../../src/core/errors';

/** Matches our error with this code and the given parts, in `toThrow`, `rejects.toThrow` and `toEqual`. */
export function smartCacheError(code: SmartCacheErrorCode, parts: Partial<ErrorParts> = {}): Error {
  return expect.objectContaining({ name: 'SmartCacheError', code, parts: expect.objectContaining(parts) });
}
