import { EventEmitter } from 'node:events';

const watchers: { folder: string; options: object; emitter: EventEmitter & { close: jest.Mock } }[] = [];
jest.mock('chokidar', () => ({
  watch(folder: string, options: object) {
    const emitter = Object.assign(new EventEmitter(), { close: jest.fn(async () => {}) });
    watchers.push({ folder, options, emitter });
    return emitter;
  },
}));

import fs from 'node:fs';
import path from 'node:path';
import { watchPublicFolder, watchSource } from '../../../src/pipeline/watcher';
import { temporaryFolder } from '../../support/temporary-folder';

let folders = 0;
let said: jest.SpyInstance;

beforeEach(() => {
  jest.useFakeTimers();
  watchers.length = 0;
  said = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Watches a folder that no other test watches. */
function setUp(onChange: () => void = jest.fn()) {
  const folder = `/app-${folders++}/public`;
  watchPublicFolder(folder, onChange);
  const watcher = watchers.at(-1);
  return {
    folder,
    onChange,
    options: watcher?.options,
    change: () => watcher?.emitter.emit('all', 'change', `${folder}/a.js`),
    emitter: watcher?.emitter,
  };
}

test('reports changes that come together once', () => {
  const { onChange, change } = setUp();
  change();
  jest.advanceTimersByTime(20);
  change();
  jest.advanceTimersByTime(29);
  expect(onChange).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(onChange).toHaveBeenCalledTimes(1);
  change();
  jest.runAllTimers();
  expect(onChange).toHaveBeenCalledTimes(2);
});

test('reports no change at the start, and keeps no process alive', () => {
  expect(setUp().options).toMatchObject({ ignoreInitial: true, persistent: false });
});

test('reports a change that fails, and tries the next one', () => {
  const { onChange, change } = setUp(
    jest.fn(() => {
      throw new Error('half written');
    }),
  );
  change();
  jest.runAllTimers();
  change();
  jest.runAllTimers();
  expect(onChange).toHaveBeenCalledTimes(2);
  expect(said.mock.calls).toEqual([['next-smart-cache: half written'], ['next-smart-cache: half written']]);
});

test('keeps the process alive while a drive is away', () => {
  const { onChange, change } = setUp();
  jest.spyOn(fs, 'statSync').mockImplementation(() => {
    throw Object.assign(new Error('ESTALE'), { code: 'ESTALE' });
  });
  expect(change).not.toThrow();
  jest.runAllTimers();
  expect(onChange).toHaveBeenCalled();
});

test('handles files that were saved before the watcher was ready, unless it is closed', async () => {
  const { onChange, emitter } = setUp();
  jest.runAllTimers();
  expect(onChange).not.toHaveBeenCalled();
  emitter?.emit('ready');
  await Promise.resolve();
  jest.runAllTimers();
  expect(onChange).toHaveBeenCalledTimes(1);
  const closed = jest.fn();
  const watch = watchPublicFolder(`/app-${folders++}/public`, closed);
  void watch.close();
  watchers.at(-1)?.emitter.emit('ready');
  await watch.ready;
  jest.runAllTimers();
  expect(closed).not.toHaveBeenCalled();
});

test('reports an error of the watcher, and goes on', () => {
  const { emitter } = setUp();
  emitter?.emit('error', new Error('ENOSPC: too many watchers'));
  expect(said.mock.calls).toEqual([[expect.stringMatching(/cannot be watched.*ENOSPC.*CHOKIDAR_USEPOLLING=1/s)]]);
});

test('watches a folder once, also from another copy of this module', () => {
  const { folder } = setUp();
  watchPublicFolder(folder, jest.fn());
  jest.isolateModules(() => {
    const another: typeof import('../../../src/pipeline/watcher') = require('../../../src/pipeline/watcher');
    another.watchPublicFolder(folder, jest.fn());
  });
  expect(watchers).toHaveLength(1);
});

test('watches a folder again that was replaced, and reports the new files as a change', async () => {
  const stat = jest.spyOn(fs, 'statSync').mockReturnValue({ dev: 1, ino: 1, birthtimeMs: 1 } as fs.Stats);
  const { onChange, change, emitter } = setUp();
  emitter?.emit('ready');
  change();
  expect(watchers).toHaveLength(1);
  stat.mockReturnValue({ dev: 1, ino: 1, birthtimeMs: 2 } as fs.Stats);
  change();
  jest.runAllTimers();
  await Promise.resolve();
  expect([watchers.length, emitter?.close.mock.calls.length]).toEqual([2, 1]);
  watchers[1]?.emitter.emit('ready');
  await Promise.resolve();
  jest.runAllTimers();
  expect(onChange).toHaveBeenCalledTimes(2);
});

test('follows no links except public/ itself, since their targets are watched already', () => {
  const target = temporaryFolder();
  const link = path.join(temporaryFolder(), 'public');
  fs.symlinkSync(target, link);
  watchPublicFolder(link, jest.fn());
  expect(watchers).toMatchObject([{ folder: target, options: { followSymlinks: false } }]);
});

test('can keep the process alive, reports when it is ready, and can be closed and started again', async () => {
  const folder = `/app-${folders++}/public`;
  const onChange = jest.fn();
  const watch = watchPublicFolder(folder, onChange, { keepAlive: true });
  const [{ options, emitter }] = watchers as [(typeof watchers)[0]];
  expect(options).toMatchObject({ persistent: true });
  emitter.emit('ready');
  await watch.ready;
  emitter.emit('all', 'change', `${folder}/a.js`);
  await watch.close();
  jest.runAllTimers();
  expect([emitter.close.mock.calls.length, onChange.mock.calls.length]).toEqual([1, 0]);
  watchPublicFolder(folder, onChange);
  expect(watchers).toHaveLength(2);
});

test('reports a change if the system does not name the file', () => {
  const { folder, onChange, emitter } = setUp();
  emitter?.emit('raw', 'change', null, { watchedPath: folder });
  jest.runAllTimers();
  expect(onChange).toHaveBeenCalledTimes(1);
});

test('closes a watcher only when it is ready, since chokidar leaves handles open before', async () => {
  const watch = watchPublicFolder(`/app-${folders++}/public`, jest.fn());
  const emitter = watchers.at(-1)?.emitter;
  const closed = watch.close();
  expect(emitter?.close).not.toHaveBeenCalled();
  emitter?.emit('ready');
  await closed;
  expect(emitter?.close).toHaveBeenCalledTimes(1);
});

describe('a watcher of the source', () => {
  type Ignored = (file: string, stats?: Partial<fs.Stats>) => boolean;
  const FILE: Partial<fs.Stats> = { isFile: () => true };
  const FOLDER: Partial<fs.Stats> = { isFile: () => false };
  const isSource = (file: string, isFile: boolean) => (isFile ? file.endsWith('.ts') : !file.endsWith('/.git'));

  test('watches every folder except installed packages', () => {
    watchSource({ folders: ['/repo/web', '/repo/ui', '/repo/node_modules/kit'], isSource }, jest.fn());
    expect(watchers.map(({ folder }) => folder)).toEqual(['/repo/web', '/repo/ui']);
    expect(watchers).toMatchObject([{ options: { persistent: false } }, { options: { persistent: false } }]);
  });

  test('reports only source files of a folder', () => {
    const onChange = jest.fn();
    watchSource({ folders: ['/repo/one/.git'], isSource }, onChange);
    const { options, emitter } = watchers[0] ?? {};
    const { ignored } = options as { ignored: Ignored };
    expect([ignored('/x/lib', FOLDER), ignored('/x/.git', FOLDER)]).toEqual([false, true]);
    // Not known yet whether it is a file; and the folder itself, whatever its name.
    expect([ignored('/x/a.png'), ignored('/repo/one/.git', FOLDER)]).toEqual([false, false]);
    for (const name of ['a.png', 'a.ts']) {
      emitter?.emit('raw', 'change', name, { watchedPath: '/repo/one/.git' });
      jest.runAllTimers();
      expect(onChange).toHaveBeenCalledTimes(name === 'a.ts' ? 1 : 0);
    }
  });

  test.each([
    ['', true],
    ['0', true],
    ['false', true],
    ['1', false],
    ['TRUE', false],
  ])('files are left to their folders, unless CHOKIDAR_USEPOLLING is set: %p', (value, isIgnored) => {
    process.env.CHOKIDAR_USEPOLLING = value;
    watchSource({ folders: [`/repo/polled-${value}`], isSource }, jest.fn());
    const { ignored } = (watchers[0]?.options ?? {}) as { ignored: Ignored };
    expect(['/x/a.ts', '/x/a.png'].map((file) => ignored(file, FILE))).toEqual([isIgnored, true]);
    Reflect.deleteProperty(process.env, 'CHOKIDAR_USEPOLLING');
  });

  test('reports changes of several folders that come together once', () => {
    const onChange = jest.fn();
    watchSource({ folders: ['/repo/two', '/repo/three'], isSource }, onChange);
    for (const { emitter } of watchers) emitter.emit('all', 'change', '/repo/two/a.ts');
    jest.runAllTimers();
    expect(onChange).toHaveBeenCalledTimes(1);
  });
});
