import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { currentProjectRoot, findConfigFile } from '../../../src/next/environment';
import { enterNextProcess, fromConfigFile } from '../support/next-process';

test.each(['next.config.js', 'next.config.mjs', 'next.config.cjs', 'next.config.ts', 'next.config.mts'])('finds %s', (name) => {
  const root = enterNextProcess({ [name]: '' });
  expect(findConfigFile(root)).toBe(path.join(root, name));
});

test('finds the config that Next reads, and finds next.config.cjs if the app has no other config', () => {
  const names = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts', 'next.config.cjs'];
  for (const [index, name] of names.entries()) {
    const root = enterNextProcess(Object.fromEntries(names.slice(index).map((each) => [each, ''])));
    expect(findConfigFile(root)).toBe(path.join(root, name));
  }
});

test('finds none where there is none', () => {
  expect(findConfigFile(enterNextProcess({ 'next.config.json': '{}' }))).toBeUndefined();
});

describe('the root', () => {
  test.each<[string, folder: string, fileOf: (folder: string) => string]>([
    ['CommonJS', 'apps/web', (folder) => path.join(folder, 'next.config.js')],
    ['ESM', 'apps/web', (folder) => pathToFileURL(path.join(folder, 'next.config.mjs')).href],
    ['TypeScript, as Next compiles it', 'apps/web', (folder) => path.join(folder, 'next.config.compiled.js')],
    ['a folder with a space', 'my apps/web (1)', (folder) => path.join(folder, 'next.config.js')],
    ['the same, as ESM', 'my apps/web (1)', (folder) => pathToFileURL(path.join(folder, 'next.config.mjs')).href],
    ['a folder beyond ASCII, as ESM', 'ä/🚀', (folder) => pathToFileURL(path.join(folder, 'next.config.mjs')).href],
  ])('is the folder of the config that is running: %s', (_, name, fileOf) => {
    const root = enterNextProcess({ [`${name}/.keep`]: '' });
    const folder = path.join(root, name);
    expect(fromConfigFile(fileOf(folder), currentProjectRoot)).toBe(folder);
  });

  test('is found from deep in the call stack of a wrapper of another package', () => {
    const root = enterNextProcess({ 'apps/web/.keep': '' });
    const deep = (depth: number): string => (depth === 0 ? currentProjectRoot() : deep(depth - 1));
    expect(fromConfigFile(path.join(root, 'apps/web/next.config.js'), () => deep(50))).toBe(path.join(root, 'apps/web'));
  });

  test('is not that of a helper with the name of a config', () => {
    const root = enterNextProcess({ 'apps/web/.keep': '', 'packages/config/.keep': '' });
    for (const helper of ['next.config.base.mjs', 'next.config.js']) {
      const call = () => fromConfigFile(path.join(root, 'packages/config', helper), currentProjectRoot);
      expect(fromConfigFile(path.join(root, 'apps/web/next.config.mjs'), call)).toBe(path.join(root, 'apps/web'));
    }
  });

  test('is the working directory when no config is running', () => {
    const root = enterNextProcess({ 'next.config.js': '', 'apps/web/next.config.js': '' }, { argv: ['build', 'apps/web'] });
    expect(currentProjectRoot()).toBe(root);
  });

  test('is found without a change of Error.stackTraceLimit', () => {
    const { stackTraceLimit } = Error;
    currentProjectRoot();
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});
