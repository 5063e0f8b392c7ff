import { isExternalUrl } from './asset-path.js';
import { EVERYTHING } from './asset-path-globs.js';
import { checkGlobs, fail, integer, oneOf, requireKnownKeys } from './check-option.js';
import { HASH_ALGORITHMS, type HashAlgorithm, HEX_DIGITS } from './manifest-document.js';
import { checkPrecompress, type PrecompressOptions, type PrecompressSettings } from './precompress-options.js';

/** The argument of a fingerprint function. The build may call the function more than once per file. */
export interface FingerprintInput {
  /** Decoded asset path: `/js/application.js`. */
  assetPath: string;
  /** Size in bytes. */
  size: number;
  /** Date last modified. */
  modified: Date;
  /** The whole content hash of the file, in lower-case hex. For files in a circle of references, it is derived from the group. */
  contentHash: string;
}

/** The input of the hash in the URL: the content (default), the date last modified, a version, or a text that a function returns. */
export type Fingerprint = 'content' | 'modified' | { version: string } | ((input: FingerprintInput) => string);

/** The second argument of `withSmartCache`, and the only place for options. */
export interface SmartCacheOptions {
  /** Globs over asset paths that are hashed. Default: every file. */
  include?: string | readonly string[];
  /** Globs over asset paths that are not hashed, besides files with a fixed name. Default: none. */
  exclude?: string | readonly string[];
  /** Hash algorithm, and how many of its hex digits (8 to 64) the URL holds. Default: SHA-256, 10. */
  hash?: { algorithm?: HashAlgorithm; length?: number };
  /** The input of the hash in the URL. Default: `'content'`. */
  fingerprint?: Fingerprint;
  /**
   * Where hashed URLs point. Default: `'auto'`, which chooses by the host:
   * `'rewrite'` on a server of your own and on Vercel, `'static'` under
   * `output: 'export'` and on every other host that the build recognises.
   */
  delivery?: 'auto' | 'rewrite' | 'static';
  /** The response to a stale hash: the current bytes, uncached, or a 404. Default: `'serve-current'`. */
  onStaleHash?: 'serve-current' | 'not-found';
  /** Whether an asset path that `public/` lacks fails `next build`. Default: `'error'`. */
  onMissing?: 'error' | 'warn';
  /** Globs over asset paths that only `asset()` and the components use by their hashed URL. Default: none. */
  automatic?: { exclude?: string | readonly string[] };
  /** Which entries code that also runs in the browser may look up. Default: `'referenced'`. */
  clientAssets?: 'referenced' | 'all' | readonly string[];
  /** Origin to put in front of hashed URLs: `https://cdn.example.com`. Default: none. */
  cdnPrefix?: string;
  /** When the components add a Subresource Integrity attribute. Default: `'cross-origin'`. */
  integrity?: boolean | 'cross-origin';
  /** How many older deploys are still served. Default: 3. */
  keep?: number;
  /**
   * Whether references in public files (`url()`, `import` …) get hashed URLs.
   * `exclude` holds globs over the asset paths of files that are served
   * unchanged. Default: `true`.
   */
  references?: boolean | { exclude?: string | readonly string[] };
  /** How the ES modules of `public/` find each other. */
  modules?: {
    /**
     * Whether modules find each other through `<CachedImportMap />`, so that an
     * edit of a module changes only its own URL. Default: false, which writes
     * the hashed URLs of its imports into each module.
     */
    importMap?: boolean;
    /**
     * Bare specifiers, as in an import map: name → asset path or external URL.
     * A name that ends in `/` means a folder. Default: none.
     *
     * @example { three: '/three/build/three.module.js', 'three/addons/': '/three/examples/jsm/' }
     */
    imports?: Readonly<Record<string, string>>;
  };
  /**
   * Whether `next build` precompresses hashed files, for `next-smart-cache
   * start`, `createStoreHandler()` and nginx. Default: `false`.
   */
  precompress?: boolean | PrecompressOptions;
}

/** Options with every default filled in and every value checked. */
export interface ResolvedOptions
  extends Required<
    Pick<SmartCacheOptions, 'fingerprint' | 'delivery' | 'onStaleHash' | 'onMissing' | 'clientAssets' | 'cdnPrefix' | 'integrity' | 'keep'>
  > {
  include: readonly string[];
  exclude: readonly string[];
  algorithm: HashAlgorithm;
  hashLength: number;
  automatic: { exclude: readonly string[] };
  references: { isFollowed: boolean; exclude: readonly string[] };
  modules: { importMap: boolean; imports: Readonly<Record<string, string>> };
  /** `undefined` if the build precompresses nothing. */
  precompress: PrecompressSettings | undefined;
}

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
 * Fills in the defaults, and checks every value once for all other code.
 *
 * @param hasZstd whether this Node has Zstandard. Default: false.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_OPTION_INVALID`
 * @example resolveOptions({ hash: { algorithm: 'md5' } }).hashLength // 10
 */
export function resolveOptions(options: SmartCacheOptions = {}, hasZstd = false): ResolvedOptions {
  requireKnownKeys('options', options, KNOWN_OPTIONS);
  // A default replaces `undefined` only: `null` is a mistake.
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
    precompress: checkPrecompress(precompress, hasZstd),
  };
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
