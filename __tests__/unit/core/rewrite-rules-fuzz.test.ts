import { encodeAssetPath, toHashedPath } from '../../../src/core/asset-path';
import { deriveHashedPathShape } from '../../../src/core/hashed-path-shape';
import { deriveRewrites, REWRITE_STORE_URL, STORE_URL } from '../../../src/core/rewrite-rules';
import { plainPath, requestPaths, resolvedPath } from '../../support/request-paths';
import fc from '../../support/seeded-fast-check';
import { rewrite } from '../support/rewrites';

const FOLDERS = ['', '/js', '/css', '/v1.0', '/odd & ends', '/_private', '/a/b'];
const STEMS = ['app', 'app.min', '[id] (1)', 'UPPER', '\u00fc', 'lib.aaaaaaaaaa', '$a;b,c', 'x%2fy'];
const EXTENSIONS = ['.js', '.css', '.png', ''];

const assetPaths = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...STEMS), fc.constantFrom(...EXTENSIONS))
    .map(([folder, stem, extension]) => `${folder}/${stem}${extension}`),
  { minLength: 1, maxLength: 12 },
);

/** A `public/`, and a request that a client may send to its site. */
const requests = assetPaths.chain((paths) => {
  const hashes = fc.array(fc.stringMatching(/^[0-9a-f]{10}$/), { minLength: paths.length, maxLength: paths.length });
  return hashes.chain((names) => {
    const issued = paths.map((assetPath, index) => encodeAssetPath(toHashedPath(assetPath, names[index] ?? '')));
    return fc.record({
      paths: fc.constant(paths),
      issued: fc.constant(issued),
      request: requestPaths([...issued, ...paths.map(encodeAssetPath)]),
    });
  });
});

/** One run takes up to 20 ms. */
const BOUNDED = { numRuns: 150 };

/** Whether the manifest points a hashed path to the store directly. */
function isLinkedDirectly(paths: readonly string[], url: string): boolean {
  const folder = decodeURIComponent(url.split('/').slice(1, -1)[0] ?? '');
  return deriveHashedPathShape(paths, paths, 10)?.linkedDirectly.has(folder) ?? false;
}

/** Applies the rules to a request: whether it reaches a file of the store, and which path it ends at. */
function route(paths: readonly string[], issued: readonly string[], request: string) {
  const { beforeFiles, afterFiles } = deriveRewrites(deriveHashedPathShape(paths, paths, 10), 'serve-current');
  const store = new Set(issued.map((url) => decodeURIComponent((isLinkedDirectly(paths, url) ? STORE_URL : REWRITE_STORE_URL) + url)));
  const path = resolvedPath(request);
  const led = rewrite(beforeFiles, path);
  const isInStore = store.has(plainPath(led ?? path));
  return { led, isInStore, stale: led === undefined ? undefined : rewrite(afterFiles, led) };
}

test('only a path and hash that were issued, in their exact case, reach a file of the store', () => {
  fc.assert(
    fc.property(requests, ({ paths, issued, request }) => {
      const { isInStore } = route(paths, issued, request);
      if (isInStore) expect(issued.map(plainPath)).toContain(plainPath(request).replace(STORE_URL, ''));
    }),
    BOUNDED,
  );
});

test('every URL that was issued reaches its file', () => {
  fc.assert(
    fc.property(requests, ({ paths, issued }) => {
      for (const url of issued) {
        const request = isLinkedDirectly(paths, url) ? STORE_URL + url : url;
        expect(route(paths, issued, request)).toMatchObject({ isInStore: true });
      }
    }),
    { numRuns: 60 },
  );
});

test('a path without a hash, or outside of the folders and files of public/, is left alone; a stale hash only loses its hash', () => {
  fc.assert(
    fc.property(requests, ({ paths, issued, request }) => {
      const path = resolvedPath(request);
      const { led, stale } = route(paths, issued, request);
      // The rewrites' own folder was asked for, and turned away.
      if (led === undefined || led.startsWith(`${STORE_URL}/`)) return;
      const original = path.replace(/\.[0-9a-f]{10}(?=(\.[^./]+)?$)/i, '');
      expect(original).not.toBe(path);
      expect(stale).toBe(original);
      const ours = paths.map((assetPath) => encodeAssetPath(assetPath).toLowerCase());
      const folder = /^\/[^/]+\//.exec(path)?.[0].toLowerCase();
      expect(ours.some((own) => (folder ? own.startsWith(folder) : own === original.toLowerCase()))).toBe(true);
    }),
    BOUNDED,
  );
});
