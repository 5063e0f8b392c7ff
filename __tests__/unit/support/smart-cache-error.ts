import type { ErrorParts, SmartCacheErrorCode } from '../../../src/core/errors';

/** For `toThrow`, `rejects.toThrow` and `toEqual`: our error with this code and, where given, these parts. */
export function smartCacheError(code: SmartCacheErrorCode, parts: Partial<ErrorParts> = {}): Error {
  return expect.objectContaining({ name: 'SmartCacheError', code, parts: expect.objectContaining(parts) });
}
