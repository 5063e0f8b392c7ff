import { resolveOptions, type SmartCacheOptions } from '../../../src/core/options';
import { smartCacheError } from '../support/smart-cache-error';

const circular: Record<string, unknown> = {};
circular.self = circular;

/** Options as plain JavaScript may pass them. */
const resolveUnchecked = (options: unknown) => resolveOptions(options as SmartCacheOptions);

test('resolves no options to the defaults', () => {
  expect(resolveOptions()).toEqual(resolveOptions({}));
  expect(resolveOptions()).toMatchInlineSnapshot(`
{
  "algorithm": "sha256",
  "automatic": {
    "exclude": [],
  },
  "cdnPrefix": "",
  "clientAssets": "referenced",
  "delivery": "auto",
  "exclude": [],
  "fingerprint": "content",
  "hashLength": 10,
  "include": [
    "**/*",
  ],
  "integrity": "cross-origin",
  "keep": 3,
  "modules": {
    "importMap": false,
    "imports": {},
  },
  "onMissing": "error",
  "onStaleHash": "serve-current",
  "precompress": undefined,
  "references": {
    "exclude": [],
    "isFollowed": true,
  },
}
`);
});

test('treats undefined like an absent option', () => {
  const names = ['include', 'exclude', 'hash', 'fingerprint', 'delivery', 'onStaleHash', 'onMissing', 'clientAssets', 'cdnPrefix'];
  const undefinedOptions = Object.fromEntries([...names, 'automatic', 'integrity', 'keep', 'precompress'].map((name) => [name, undefined]));
  expect(resolveUnchecked(undefinedOptions)).toEqual(resolveOptions());
});

const makeHash = () => 'abc';

test.each<[SmartCacheOptions, object]>([
  [{ include: '/img/**' }, { include: ['img/**'] }],
  [{ include: ['img/**', '/js/*.js'] }, { include: ['img/**', 'js/*.js'] }],
  [{ include: [] }, { include: [] }],
  [{ hash: {} }, { algorithm: 'sha256', hashLength: 10 }],
  [{ hash: { algorithm: 'md5' } }, { algorithm: 'md5', hashLength: 10 }],
  [{ hash: { algorithm: 'md5', length: 32 } }, { algorithm: 'md5', hashLength: 32 }],
  [{ hash: { algorithm: 'sha384', length: 8 } }, { algorithm: 'sha384', hashLength: 8 }],
  [{ hash: { algorithm: 'sha512', length: 64 } }, { algorithm: 'sha512', hashLength: 64 }],
  [{ fingerprint: 'content' }, { fingerprint: 'content' }],
  [{ fingerprint: 'modified' }, { fingerprint: 'modified' }],
  [{ fingerprint: { version: '1.4.2' } }, { fingerprint: { version: '1.4.2' } }],
  [{ fingerprint: makeHash }, { fingerprint: makeHash }],
  [{ delivery: 'rewrite' }, { delivery: 'rewrite' }],
  [{ delivery: 'static' }, { delivery: 'static' }],
  [{ onStaleHash: 'not-found' }, { onStaleHash: 'not-found' }],
  [{ onMissing: 'warn' }, { onMissing: 'warn' }],
  [{ automatic: {} }, { automatic: { exclude: [] } }],
  [{ automatic: { exclude: '/ck/**' } }, { automatic: { exclude: ['ck/**'] } }],
  [{ clientAssets: 'all' }, { clientAssets: 'all' }],
  [{ clientAssets: ['/img/**'] }, { clientAssets: ['img/**'] }],
  [{ cdnPrefix: 'https://cdn.example.com' }, { cdnPrefix: 'https://cdn.example.com' }],
  [{ cdnPrefix: 'https://cdn.example.com/site//' }, { cdnPrefix: 'https://cdn.example.com/site' }],
  [{ cdnPrefix: '//cdn.example.com' }, { cdnPrefix: '//cdn.example.com' }],
  [{ integrity: true }, { integrity: true }],
  [{ integrity: false }, { integrity: false }],
  [{ keep: 0 }, { keep: 0 }],
  [{ keep: 100 }, { keep: 100 }],
  [{ references: true }, { references: { isFollowed: true, exclude: [] } }],
  [{ references: false }, { references: { isFollowed: false, exclude: [] } }],
  [{ references: {} }, { references: { isFollowed: true, exclude: [] } }],
  [{ references: { exclude: '*.min.js' } }, { references: { isFollowed: true, exclude: ['**/*.min.js'] } }],
  [{ references: { exclude: ['/vendor/**'] } }, { references: { isFollowed: true, exclude: ['vendor/**'] } }],
  [{ modules: {} }, { modules: { importMap: false, imports: {} } }],
  [{ modules: { importMap: true } }, { modules: { importMap: true, imports: {} } }],
  [
    { modules: { imports: { three: '/three.js', 'three/': '/three/', cdn: 'https://cdn.example.com/x.js' } } },
    { modules: { importMap: false, imports: { three: '/three.js', 'three/': '/three/', cdn: 'https://cdn.example.com/x.js' } } },
  ],
  [{ precompress: false }, {}],
  [{ precompress: true }, { precompress: { encodings: ['br', 'gzip'], minBytes: 1024, exclude: [] } }],
  [{ precompress: {} }, { precompress: { encodings: ['br', 'gzip'], minBytes: 1024, exclude: [] } }],
  [{ precompress: { encodings: ['gzip', 'br', 'gzip'] } }, { precompress: { encodings: ['br', 'gzip'], minBytes: 1024, exclude: [] } }],
  [{ precompress: { minBytes: 0, exclude: '*.svg' } }, { precompress: { encodings: ['br', 'gzip'], minBytes: 0, exclude: ['**/*.svg'] } }],
])('accepts %j', (options, resolved) => {
  expect(resolveOptions(options)).toEqual({ ...resolveOptions(), ...resolved });
});

/** Option as the message names it → values of the wrong type, or out of bounds. */
const WRONG_VALUES: Record<string, readonly unknown[]> = {
  include: [1, true, {}, '', [''], [1], ['/a', null], null],
  exclude: [1, true, {}, '', [''], [1], null],
  hash: ['md5', 10, [], null],
  'hash.algorithm': ['sha1', 'MD5', 5, null].map((algorithm) => ({ hash: { algorithm } })),
  'hash.length': [7, 65, 10.5, '10', Number.NaN, -10, null].map((length) => ({ hash: { length } })),
  fingerprint: ['version', '', 1, true, {}, { version: '' }, { version: 1 }, [], null],
  delivery: ['rewrites', '', true, null],
  onStaleHash: ['404', true, null],
  onMissing: ['ignore', false, null],
  automatic: [false, 'off', [], null],
  'automatic.exclude': [1, '', [''], true].map((exclude) => ({ automatic: { exclude } })),
  'automatic.inlcude': [{ automatic: { inlcude: '/x' } }],
  clientAssets: ['none', true, {}, [1], [''], null],
  cdnPrefix: ['cdn.example.com', '/cdn', 'https://', 'https:///x', 'ftp://cdn.example.com', 1, {}, null],
  integrity: ['sha256', 'true', 1, null],
  keep: [-1, 101, 1.5, '3', true, Number.POSITIVE_INFINITY, null],
  references: ['true', 1, [], null],
  'references.exclude': [1, '', [''], null].map((exclude) => ({ references: { exclude } })),
  modules: ['x', true, [], null],
  'modules.importMap': ['true', 1, null].map((importMap) => ({ modules: { importMap } })),
  'modules.imports': ['three', ['three'], null].map((imports) => ({ modules: { imports } })),
  'modules.imports["x"]': ['three.js', './three.js', '', 1, null].map((x) => ({ modules: { imports: { x } } })),
  'modules.imports["x/"]': ['/three.js', 'https://cdn.example.com'].map((target) => ({ modules: { imports: { 'x/': target } } })),
  'modules.imports[""]': [{ modules: { imports: { '': '/three.js' } } }],
  precompress: ['br', 1, ['br'], null],
  'precompress.encodings': ['br', [], ['deflate'], [null], null, ['br', 'zstd']].map((encodings) => ({ precompress: { encodings } })),
  'precompress.minBytes': [-1, 1.5, '1024', null].map((minBytes) => ({ precompress: { minBytes } })),
  'precompress.exclude': ['', 1, null].map((exclude) => ({ precompress: { exclude } })),
  'precompress.level': [{ precompress: { level: 11 } }],
};

const WRONG_OPTIONS = Object.entries(WRONG_VALUES).flatMap(([option, values]) =>
  values.map((value): [string, unknown] => [option, option.includes('.') ? value : { [option]: value }]),
);

test.each(WRONG_OPTIONS)('refuses %s: %j', (option, options) => {
  expect(() => resolveUnchecked(options)).toThrow(
    smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: option, fix: expect.stringContaining(`"${option}"`) }),
  );
});

test.each<[string, unknown, string]>([
  ['a misspelt option', { includes: '/**' }, 'includes'],
  ['an option of the hash, on its own', { algorithm: 'md5' }, 'algorithm'],
  ['a name that every object has', { constructor: 1 }, 'constructor'],
  ['a misspelt option of the hash', { hash: { algoritm: 'md5' } }, 'hash.algoritm'],
  ['a misspelt option of the references', { references: { excludes: '*.js' } }, 'references.excludes'],
  ['a misspelt option of the modules', { modules: { importmap: true } }, 'modules.importmap'],
  ['no object', 'md5', 'options'],
  ['null', null, 'options'],
  ['an array', [], 'options'],
  ['a function', () => ({}), 'options'],
  ['a value that JSON cannot hold', { keep: 3n }, 'keep'],
  ['a value that contains itself', { fingerprint: circular }, 'fingerprint'],
])('refuses %s', (_, options, option) => {
  expect(() => resolveUnchecked(options)).toThrow(smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: option }));
});

test('names the nearest option in the error for a misspelt one', () => {
  expect(() => resolveUnchecked({ exlude: '*.map' })).toThrow('left out (did you mean "exclude"?): the options are include, exclude,');
});

test.each([
  ['md5', 32],
  ['sha256', 64],
  ['sha384', 64],
  ['sha512', 64],
] as const)('limits a hash of %s to %i digits in the URL', (algorithm, most) => {
  expect(resolveOptions({ hash: { algorithm, length: most } }).hashLength).toBe(most);
  expect(() => resolveOptions({ hash: { algorithm, length: most + 1 } })).toThrow(
    smartCacheError('ERR_SMART_CACHE_OPTION_INVALID', { where: 'hash.length', why: expect.stringContaining(`8 to ${most}`) }),
  );
});

test('names the option, its value, the valid values, and the place to edit in the message', () => {
  expect(() => resolveUnchecked({ onStaleHash: '404' })).toThrowErrorMatchingInlineSnapshot(`
"An option of withSmartCache is not valid: onStaleHash
  Why: it is "404", but must be one of "serve-current", "not-found"
  Fix: edit "onStaleHash" in the second argument of withSmartCache() in your next.config
  See: node_modules/next-smart-cache/docs/ERRORS.md#err_smart_cache_option_invalid"
`);
});

test('lets a name without a folder match in every folder', () => {
  expect(resolveOptions({ exclude: ['*.map', 'img/*.psd', '/only-here.js'] }).exclude).toEqual(['**/*.map', 'img/*.psd', 'only-here.js']);
});

test('does not change the options object', () => {
  const options = Object.freeze({ exclude: Object.freeze(['*.map']), hash: Object.freeze({ length: 12 }) });
  expect(resolveOptions(options)).toMatchObject({ hashLength: 12 });
});

describe('on a Node with Zstandard', () => {
  test('precompress: true means all three encodings', () => {
    expect(resolveOptions({ precompress: true }, true).precompress?.encodings).toEqual(['br', 'gzip', 'zstd']);
  });

  test('precompress may name zstd', () => {
    expect(resolveOptions({ precompress: { encodings: ['zstd'] } }, true).precompress?.encodings).toEqual(['zstd']);
  });
});

test('zstd on a Node without it is an error that names the version which has it', () => {
  expect(() => resolveOptions({ precompress: { encodings: ['zstd'] } })).toThrow(
    'but must be without "zstd" on this Node, which has it from 22.15 on',
  );
});
