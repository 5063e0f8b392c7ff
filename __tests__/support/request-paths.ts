import fc from './seeded-fast-check';

const HASH = /\.[0-9a-f]{8,64}(?=(?:\.[^./]+)?$)/i;

/** One way to spell a path differently, or to change it to one that the site never issued. */
type Change = (path: string, at: number, otherPath: string) => string;

const CHANGES: readonly Change[] = [
  (path, at) => replaceAt(path, at, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`),
  (path, at) => replaceAt(path, at, (sign) => (sign === sign.toUpperCase() ? sign.toLowerCase() : sign.toUpperCase())),
  (path) => path.toUpperCase(),
  (path, at) => atSlash(path, at, '//'),
  (path, at) => atSlash(path, at, '/./'),
  (path, at) => atSlash(path, at, '/x/../'),
  (path, at) => atSlash(path, at, '/%2e%2e/'),
  (path, at) => atSlash(path, at, '%2f'),
  (path, at) => atSlash(path, at, '\\'),
  (path) => path.replace(HASH, '.0123456789'),
  (path) => path.replace(HASH, ''),
  (path) => path.replace(HASH, (hash) => hash + hash),
  (path) => path.replace(HASH, (hash) => hash.toUpperCase()),
  (path) => path.replace(HASH, (hash) => hash.slice(0, -1)),
  // Another file's hash, and this hash below another folder.
  (path, _, otherPath) => path.replace(HASH, HASH.exec(otherPath)?.[0] ?? ''),
  (path, _, otherPath) => otherPath.slice(0, otherPath.lastIndexOf('/')) + path.slice(path.lastIndexOf('/')),
  (path) => `/account${path}`,
  (path) => `/en${path}`,
  (path) => `/_next/static/media/smart-cache${path}`,
  (path) => `/_next/static/media/smart-cache-rewrite${path}`,
  (path) => `/_next/static/media/smart%2Dcache-rewrite${path}`,
  (path) => `/_next/image?w=64&q=75&url=${encodeURIComponent(path)}`,
  (path) => path.replace(/\.[^./]+$/, '.html'),
  (path) => `${path}/`,
  (path) => `${path}.`,
  (path) => `${path}%00`,
  (path) => `${path};a=b`,
  (path) => `${path}?query=${encodeURIComponent(path)}`,
];

/** Request paths near those that were issued: up to three changes of one of them. */
export function requestPaths(issued: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({ change: fc.constantFrom(...CHANGES), at: fc.nat(200), otherPath: fc.constantFrom(...issued) });
  return fc
    .tuple(fc.constantFrom(...issued), fc.array(change, { maxLength: 3 }))
    .map(([path, changes]) => changes.reduce((changed, { change, at, otherPath }) => change(changed, at, otherPath), path))
    .map((path) => (path.startsWith('/') ? path : `/${path}`));
}

/** The path of a request as Next matches it against rules: without the query, dot segments resolved. */
export function resolvedPath(requestPath: string): string {
  return new URL(`http://localhost${requestPath}`).pathname;
}

/** The path of the file that a request names: resolved, and decoded once. Case and doubled slashes make other paths. */
export function plainPath(requestPath: string): string {
  const resolved = resolvedPath(requestPath);
  try {
    return decodeURIComponent(resolved);
  } catch {
    // A malformed escape: it names no file.
    return resolved;
  }
}

function replaceAt(path: string, at: number, replace: (sign: string) => string): string {
  const index = 1 + (at % Math.max(1, path.length - 1));
  return path.slice(0, index) + replace(path.charAt(index)) + path.slice(index + 1);
}

function atSlash(path: string, at: number, replacement: string): string {
  const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
  const index = slashes[at % Math.max(1, slashes.length)] ?? 0;
  return path.slice(0, index) + replacement + path.slice(index + 1);
}
