import { normalizeGlob } from './asset-path-globs.js';
import { SmartCacheError } from './errors.js';
import { describeValue, didYouMean, nearestNames } from './message-text.js';

/** @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID`, always. */
export function fail(option: string, value: unknown, expected: string): never {
  throw new SmartCacheError('ERR_SMART_CACHE_OPTION_INVALID', {
    what: 'An option of withSmartCache is not valid',
    where: option,
    why: `it is ${describeValue(value)}, but must be ${expected}`,
    fix: `edit "${option}" in the second argument of withSmartCache() in your next.config`,
  });
}

/** @param known a `Record`, so that the compiler reports an option without an entry. */
export function requireKnownKeys(option: string, value: object, known: Record<string, true>, expected = 'an object'): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(option, value, expected);
  for (const [name, given] of Object.entries(value)) {
    const where = option === 'options' ? name : `${option}.${name}`;
    if (Object.hasOwn(known, name)) continue;
    const nearest = nearestNames(name, Object.keys(known), 1);
    fail(
      where,
      given,
      `left out${nearest.length > 0 ? ` (${didYouMean(nearest)})` : ''}: the options are ${Object.keys(known).join(', ')}`,
    );
  }
}

export function oneOf<const T>(option: string, value: unknown, allowed: readonly T[]): T {
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) fail(option, value, `one of ${allowed.map((candidate) => JSON.stringify(candidate)).join(', ')}`);
  return match;
}

export function integer(option: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    fail(option, value, `a whole number from ${min} to ${max}`);
  }
  return value;
}

export function checkGlobs(option: string, value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((glob) => {
    if (typeof glob !== 'string' || glob === '')
      return fail(option, value, 'a glob over asset paths, such as "/img/**", or an array of them');
    return normalizeGlob(glob);
  });
}
