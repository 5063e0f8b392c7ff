export type HashAlgorithm = 'md5' | 'sha256' | 'sha384' | 'sha512';

/** What a fingerprint function is told about a file. */
export interface FingerprintInput {
  /** Decoded asset path: `/js/application.js`. */
  assetPath: string;
  /** Size in bytes. */
  size: number;
  /** Date last modified. */
  modified: Date;
  /** The file's content hash, whole, in lower-case hex. */
  contentHash: string;
}

/**
 * Where the string in the URL comes from: the content (default), the date last
 * modified, a version, or any unique string a function returns.
 */
export type Fingerprint = 'content' | 'modified' | { version: string } | ((input: FingerprintInput) => string);

/** The second argument of `withSmartCache`: the one place where options live. */
export interface SmartCacheOptions {
  /** Globs over asset paths that are hashed. Default: every file. */
  include?: string | readonly string[];
  /** Globs over asset paths that are not hashed, besides the stable-URL files. Default: none. */
  exclude?: string | readonly string[];
  /** Hash algorithm and how many of its hex digits (8 to 64) stand in the URL. Default: SHA-256, 10. */
  hash?: { algorithm?: HashAlgorithm; length?: number };
  /** What the URL's hash is made from. Default: `'content'`. */
  fingerprint?: Fingerprint;
  /**
   * Where hashed URLs point. Default: `'auto'`, which chooses by the host:
   * `'rewrite'` on a server of your own and on Vercel, `'static'` under
   * `output: 'export'` and on every other host that the build recognises.
   */
  delivery?: 'auto' | 'rewrite' | 'static';
  /** What a stale hash gets: the current bytes, uncached, or a 404. Default: `'serve-current'`. */
  onStaleHash?: 'serve-current' | 'not-found';
  /** Whether an unknown asset path fails `next build`. Default: `'error'`. */
  onMissing?: 'error' | 'warn';
  /** Globs over asset paths that are hashed only where `asset()` or a component names them. Default: none. */
  automatic?: { exclude?: string | readonly string[] };
  /** Which entries code that also runs in the browser may look up. Default: `'referenced'`. */
  clientAssets?: 'referenced' | 'all' | readonly string[];
  /** Origin in front of hashed URLs: `https://cdn.example.com`. Default: none. */
  cdnPrefix?: string;
  /** When the components add a Subresource Integrity attribute. Default: `'cross-origin'`. */
  integrity?: boolean | 'cross-origin';
  /** How many deploys before this one the store still serves. Default: 3. */
  keep?: number;
  /**
   * Whether files of `public/` that name each other (`url()`, `import` …) are
   * linked by hashed URLs; `exclude` holds globs over the asset paths of files
   * that are served as they are. Default: `true`.
   */
  references?: boolean | { exclude?: string | readonly string[] };
  /** How the ES modules of `public/` find each other. */
  modules?: {
    /**
     * Whether `<CachedImportMap />` leads from one module to the next, so that
     * an edit to a module changes its own URL alone. Default: false; each
     * module holds the hashed URLs of those that it imports.
     */
    importMap?: boolean;
    /**
     * Bare specifiers, as in an import map: name → asset path or external URL.
     * A name that ends in `/` stands for a folder. Default: none.
     *
     * @example { three: '/three/build/three.module.js', 'three/addons/': '/three/examples/jsm/' }
     */
    imports?: Readonly<Record<string, string>>;
  };
  /** Precompressed variants. Only `false`, the default, in this release. */
  precompress?: false;
}

/** Options with every default filled in and every value checked. */
export interface ResolvedOptions {
  include: readonly string[];
  exclude: readonly string[];
  algorithm: HashAlgorithm;
  hashLength: number;
  fingerprint: Fingerprint;
  delivery: 'auto' | 'rewrite' | 'static';
  onStaleHash: 'serve-current' | 'not-found';
  onMissing: 'error' | 'warn';
  automatic: { exclude: readonly string[] };
  clientAssets: 'referenced' | 'all' | readonly string[];
  cdnPrefix: string;
  integrity: boolean | 'cross-origin';
  keep: number;
  references: { isFollowed: boolean; exclude: readonly string[] };
  modules: { importMap: boolean; imports: Readonly<Record<string, string>> };
}

/** Hex digits that each algorithm yields. */
export const HEX_DIGITS: Readonly<Record<HashAlgorithm, number>> = { md5: 32, sha256: 64, sha384: 96, sha512: 128 };
export const HASH_ALGORITHMS = Object.keys(HEX_DIGITS) as HashAlgorithm[];

/** Tells the algorithm of a whole content hash by its length; `undefined` if the text is not a content hash. */
export function algorithmOf(contentHash: string): HashAlgorithm | undefined {
  const algorithm = HASH_ALGORITHMS.find((candidate) => HEX_DIGITS[candidate] === contentHash.length);
  return algorithm !== undefined && /^[0-9a-f]+$/.test(contentHash) ? algorithm : undefined;
}
