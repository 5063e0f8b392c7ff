import { SmartCacheError } from '../../core/errors.js';

/**
 * A config must be an object once all functions are called; a promise would
 * look like one with no keys.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_CONFIG_INVALID`
 */
export function requireConfigObject(config: unknown, where: string): void {
  if (typeof config === 'object' && config !== null && !Array.isArray(config) && !('then' in config)) return;
  throw new SmartCacheError('ERR_SMART_CACHE_CONFIG_INVALID', {
    what: 'This is no Next config',
    where,
    why: `it is of type ${typeOf(config)}, but must be an object, or a function that returns one`,
    fix: 'write "export default withSmartCache(nextConfig, { /* options */ })"; to wait for something first, export an async function',
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return 'then' in Object(value) ? 'promise' : typeof value;
}
