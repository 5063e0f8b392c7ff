import { isExternalUrl } from './asset-path.js';
import { EVERYTHING, normalizeGlob } from './asset-path-globs.js';
import { describeValue, SmartCacheError } from './errors.js';
import { didYouMean, nearestNames } from './nearest-names.js';
import { type Fingerprint, HASH_ALGORITHMS, HEX_DIGITS, type ResolvedOptions, type SmartCacheOptions } from './options.js';

const MIN_HASH_LENGTH = 8;
const MAX_HASH_LENGTH = 64;
const MAX_KEEP = 100;

const KNOWN_OPTIONS: Record<keyof SmartCacheOptions, true> = {
  include: true,
  exclude: true,
  hash: true,
  fingerprint: true,
  delivery: true,
  onStaleHash: true,
  onMissing: true,
  automatic: true,
  clientAssets: true,
  cdnPrefix: true,
  integrity: true,
  keep: true,
  references: true,
  modules: true,
  precompress: true,
};
const KNOWN_AUTOMATIC_OPTIONS: Record<'exclude', true> = { exclude: true };
const KNOWN_REFERENCES_OPTIONS: Record<'exclude', true> = { exclude: true };
const KNOWN_MODULES_OPTIONS: Record<keyof NonNullable<SmartCacheOptions['modules']>, true> = { importMap: true, imports: true };
const KNOWN_HASH_OPTIONS: Record<keyof NonNullable<SmartCacheOptions['hash']>, true> = { algorithm: true, length: true };

/**
 * Fills in the defaults and checks every value once, so that no other code
 * has to.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID`
 * @example resolveOptions({ hash: { algorithm: 'md5' } }).hashLength // 10
 */
export function resolveOptions(options: SmartCacheOptions = {}): ResolvedOptions {
  requireKnownKeys('options', options, KNOWN_OPTIONS);
  // Defaults by destructuring, which fill in for `undefined` alone: `null` is a mistake.
  const { include = EVERYTHING, exclude = [], hash = {}, fingerprint = 'content', delivery = 'auto', cdnPrefix, keep = 3 } = options;
  const {
    onStaleHash = 'serve-current',
    onMissing = 'error',
    automatic = {},
    clientAssets = 'referenced',
    integrity = 'cross-origin',
    references = true,
    modules = {},
    precompress = false,
  } = options;
  requireKnownKeys('hash', hash, KNOWN_HASH_OPTIONS);
  requireKnownKeys('automatic', automatic, KNOWN_AUTOMATIC_OPTIONS);
  const { algorithm = 'sha256', length = 10 } = hash;
  oneOf('hash.algorithm', algorithm, HASH_ALGORITHMS);
  oneOf('precompress', precompress, [false]);
  return {
    include: checkGlobs('include', include),
    exclude: checkGlobs('exclude', exclude),
    algorithm,
    hashLength: integer('hash.length', length, MIN_HASH_LENGTH, Math.min(MAX_HASH_LENGTH, HEX_DIGITS[algorithm])),
    fingerprint: checkFingerprint(fingerprint),
    delivery: oneOf('delivery', delivery, ['auto', 'rewrite', 'static']),
    onStaleHash: oneOf('onStaleHash', onStaleHash, ['serve-current', 'not-found']),
    onMissing: oneOf('onMissing', onMissing, ['error', 'warn']),
    automatic: { exclude: checkGlobs('automatic.exclude', automatic.exclude ?? []) },
    clientAssets: checkClientAssets(clientAssets),
    cdnPrefix: checkCdnPrefix(cdnPrefix),
    integrity: oneOf('integrity', integrity, [true, false, 'cross-origin']),
    keep: integer('keep', keep, 0, MAX_KEEP),
    references: checkReferences(references),
    modules: checkModules(modules),
  };
}

function fail(option: string, value: unknown, expected: string): never {
  throw new SmartCacheError('ERR_SMART_CACHE_OPTION_INVALID', {
    what: 'An option of withSmartCache is not valid',
    where: option,
    why: `it is ${describeValue(value)}, but must be ${expected}`,
    fix: `edit "${option}" in the second argument of withSmartCache() in your next.config`,
  });
}

/** @param known `Record`, so that the compiler notices an option without an entry there. */
function requireKnownKeys(option: string, value: object, known: Record<string, true>, expected = 'an object'): void {
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

function oneOf<const T>(option: string, value: unknown, allowed: readonly T[]): T {
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) fail(option, value, `one of ${allowed.map((candidate) => JSON.stringify(candidate)).join(', ')}`);
  return match;
}

function integer(option: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    fail(option, value, `a whole number from ${min} to ${max}`);
  }
  return value;
}

/** Globs are matched against asset paths without their leading `/`. */
function checkGlobs(option: string, value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((glob) => {
    if (typeof glob !== 'string' || glob === '')
      return fail(option, value, 'a glob over asset paths, such as "/img/**", or an array of them');
    return normalizeGlob(glob);
  });
}

function checkFingerprint(value: unknown): Fingerprint {
  if (value === 'content' || value === 'modified') return value;
  if (typeof value === 'function') return value as Fingerprint;
  if (typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string' && value.version !== '') {
    return { version: value.version };
  }
  return fail('fingerprint', value, '"content", "modified", { version: "…" } or a function that returns a string');
}

function checkClientAssets(value: unknown): 'referenced' | 'all' | readonly string[] {
  if (value === 'referenced' || value === 'all') return value;
  if (Array.isArray(value)) return checkGlobs('clientAssets', value);
  return fail('clientAssets', value, '"referenced", "all" or an array of globs over asset paths');
}

function checkCdnPrefix(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string' || !/^(?:https?:)?\/\/[^/]/i.test(value)) {
    return fail('cdnPrefix', value, 'an origin, such as "https://cdn.example.com"');
  }
  return value.replace(/\/+$/, '');
}

function checkReferences(value: boolean | { exclude?: string | readonly string[] }): ResolvedOptions['references'] {
  if (typeof value === 'boolean') return { isFollowed: value, exclude: [] };
  requireKnownKeys('references', value, KNOWN_REFERENCES_OPTIONS, 'true, false or an object');
  const { exclude = [] } = value;
  return { isFollowed: true, exclude: checkGlobs('references.exclude', exclude) };
}

function checkModules(value: NonNullable<SmartCacheOptions['modules']>): ResolvedOptions['modules'] {
  requireKnownKeys('modules', value, KNOWN_MODULES_OPTIONS);
  const { importMap = false, imports = {} } = value;
  oneOf('modules.importMap', importMap, [true, false]);
  if (typeof imports !== 'object' || imports === null || Array.isArray(imports)) {
    fail('modules.imports', imports, 'an object: name → asset path or external URL');
  }
  for (const [name, target] of Object.entries(imports)) {
    const where = `modules.imports[${JSON.stringify(name)}]`;
    if (name === '' || typeof target !== 'string' || !(target.startsWith('/') || isExternalUrl(target))) {
      fail(where, target, 'an asset path such as "/js/three.module.js", or an external URL, under a name that is not empty');
    }
    // https://html.spec.whatwg.org/multipage/webappapis.html#sorting-and-normalizing-a-module-specifier-map
    if (name.endsWith('/') && !target.endsWith('/')) fail(where, target, 'a folder, with "/" at its end, since the name ends in "/"');
  }
  return { importMap, imports };
}
