import path from 'node:path';
import { peerDependencies } from '../../../package.json';
import {
  checkVersions,
  passesHeadersToOptimizer,
  readSupportsImmutableAssets,
  SUPPORTED_VERSIONS,
} from '../../../src/next/supported-versions';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { smartCacheError } from '../support/smart-cache-error';

/** An app two folders down, with what is installed at the top. */
function appWith(versions: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  writeFiles(
    root,
    Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`node_modules/${name}/package.json`, JSON.stringify({ version })]),
    ),
  );
  return path.join(root, 'apps/web');
}

test.each([
  ['next', '15.3.9', '15.4', 'npm install next@^15.4'],
  ['next', '14.2.33', '15.4', 'npm install next@^15.4'],
  ['next', '9.5.0', '15.4', 'npm install next@^15.4'],
  ['react', '18.1.0', '18.2', 'npm install react@^18.2 react-dom@^18.2'],
  ['react', '17.0.2', '18.2', 'npm install react@^18.2 react-dom@^18.2'],
])('throws for %s %s, which is too old', (name, version, needed, command) => {
  expect(() => checkVersions(appWith({ next: '16.4.6', react: '19.3.1', [name]: version }))).toThrow(
    smartCacheError('ERR_SMART_CACHE_VERSION_UNSUPPORTED', {
      what: `${name} ${version} is not supported`,
      where: expect.stringContaining(path.join('node_modules', name, 'package.json')),
      why: expect.stringContaining(needed),
      fix: expect.stringContaining(command),
    }),
  );
});

test.each([
  ['next', '15.4.0'],
  ['next', '15.4.0-canary.7'],
  ['next', '15.10.0'],
  ['next', '16.5.0-canary.3'],
  ['next', '16.99.0'],
  ['react', '18.2.0'],
  ['react', '19.0.0-rc-66855b96-20241106'],
  ['react', '0.0.0-experimental-5d2a97a7-20260101'],
  ['next', 'unknown'],
])('accepts %s %s', (name, version) => {
  expect(checkVersions(appWith({ next: '16.4.6', react: '19.3.1', [name]: version }))).toEqual([]);
});

test('warns in one line about a newer major', () => {
  expect(checkVersions(appWith({ next: '17.0.0', react: '20.0.0-canary.1' }))).toEqual([
    expect.stringMatching(/^next 17\.0\.0 is newer than .*npm install next-smart-cache@latest"$/),
    expect.stringMatching(/^react 20\.0\.0-canary\.1 is newer than /),
  ]);
});

test('ignores packages that are not installed', () => {
  expect(checkVersions(appWith({}))).toEqual([]);
});

test.each(['next', 'react'] as const)('%s: supports the range of the peer dependency', (name) => {
  const { oldest, newestMajor } = SUPPORTED_VERSIONS[name];
  expect(peerDependencies[name]).toBe(`^${oldest.join('.')} || ^${newestMajor}`);
});

test.each([
  ['15.4.0', true],
  ['15.4.0-canary.7', true],
  ['15.4.4', true],
  ['15.4.5', false],
  ['15.4.10', false],
  ['15.5.29', false],
  ['16.4.6', false],
])('the optimizer of next %s gets the headers of the browser: %s', (next, expected) => {
  expect(passesHeadersToOptimizer(appWith({ next }))).toBe(expected);
});

test.each<[string, boolean | undefined]>([
  ['15.5.29', false],
  ['16.2.9', false],
  ['16.3.0', undefined],
  ['17.0.0', undefined],
])('with Next %s, supportsImmutableAssets is %s if the config does not set it', (version, expected) => {
  expect(readSupportsImmutableAssets({}, appWith({ next: version }))).toBe(expected);
});

test('supportsImmutableAssets wins over its experimental form, and a Next before 16.3 ignores both', () => {
  const root = appWith({ next: '16.4.6' });
  expect(readSupportsImmutableAssets({ supportsImmutableAssets: true }, root)).toBe(true);
  expect(readSupportsImmutableAssets({ experimental: { supportsImmutableAssets: true } }, root)).toBe(true);
  expect(readSupportsImmutableAssets({ supportsImmutableAssets: false, experimental: { supportsImmutableAssets: true } }, root)).toBe(
    false,
  );
  expect(readSupportsImmutableAssets({ supportsImmutableAssets: true }, appWith({ next: '16.2.9' }))).toBe(false);
});
