import { compareManifests, type Manifest } from '../../../src/core/manifest-document';

const manifest = (urls: Readonly<Record<string, string>>): Manifest => ({
  version: 1,
  algorithm: 'sha256',
  assets: Object.fromEntries(Object.entries(urls).map(([assetPath, url]) => [assetPath, { hash: 'x', url, integrity: 'x', size: 1 }])),
});

test('lists each asset path under its kind of change, sorted', () => {
  const before = manifest({ '/same': '/same.0', '/z': '/z.0', '/b': '/b.0', '/gone': '/gone.0' });
  const after = manifest({ '/z': '/z.1', '/b': '/b.1', '/same': '/same.0', '/y': '/y.0', '/c': '/c.0' });
  expect(compareManifests(before, after)).toEqual({ added: ['/c', '/y'], edited: ['/b', '/z'], removed: ['/gone'] });
});

test('finds no changes in an equal manifest', () => {
  const same = manifest({ '/a': '/a.0' });
  expect(compareManifests(same, same)).toEqual({ added: [], edited: [], removed: [] });
});
