import fs from 'node:fs';
import path from 'node:path';
import { declareImmutable, readSupportsImmutableAssets } from '../../../src/next/immutable-assets';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

function appWithNext(version: string): string {
  const root = temporaryFolder();
  writeFiles(root, { 'node_modules/next/package.json': JSON.stringify({ version }) });
  return root;
}

test.each<[string, boolean | undefined]>([
  ['15.5.29', false],
  ['16.2.9', false],
  ['16.3.0', undefined],
  ['17.0.0', undefined],
])('with Next %s, a config without the key is taken for %s', (version, expected) => {
  expect(readSupportsImmutableAssets({}, appWithNext(version))).toBe(expected);
});

test('the key counts before the one of its first version, and neither in a Next that knows none', () => {
  const root = appWithNext('16.4.6');
  expect(readSupportsImmutableAssets({ supportsImmutableAssets: true }, root)).toBe(true);
  expect(readSupportsImmutableAssets({ experimental: { supportsImmutableAssets: true } }, root)).toBe(true);
  expect(readSupportsImmutableAssets({ supportsImmutableAssets: false, experimental: { supportsImmutableAssets: true } }, root)).toBe(
    false,
  );
  expect(readSupportsImmutableAssets({ supportsImmutableAssets: true }, appWithNext('16.2.9'))).toBe(false);
});

describe('the list of files that outlive a deploy', () => {
  const OURS = 'static/immutable/media/smart-cache';
  const served = (distDir: string, name: string, contentHash: string) => ({ file: path.join(distDir, name), contentHash });

  test('gains our files below the folder, and keeps those of Next', () => {
    const distDir = temporaryFolder();
    const list = path.join(distDir, 'immutable-static-hashes.json');
    fs.writeFileSync(list, JSON.stringify({ 'static/immutable/chunks/a.js': 'next', [`${OURS}/left-behind.js`]: 'old' }));
    const files = [served(distDir, `${OURS}/js/a.js`, 'ours'), served(distDir, 'static/media/smart-cache/js/b.js', 'older')];
    declareImmutable(files, distDir);
    expect(JSON.parse(fs.readFileSync(list, 'utf8'))).toEqual({ 'static/immutable/chunks/a.js': 'next', [`${OURS}/js/a.js`]: 'ours' });
  });

  test('is not made where Next has made none', () => {
    const distDir = temporaryFolder();
    declareImmutable([served(distDir, `${OURS}/js/a.js`, 'ours')], distDir);
    expect(fs.readdirSync(distDir)).toEqual([]);
  });
});
