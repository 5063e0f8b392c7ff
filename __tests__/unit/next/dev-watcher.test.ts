import { EventEmitter } from 'node:events';

const watchers: { folder: string; options: object; emitter: EventEmitter }[] = [];
jest.mock('chokidar', () => ({
  watch(folder: string, options: object) {
    const emitter = new EventEmitter();
    watchers.push({ folder, options, emitter });
    return emitter;
  },
}));

import { watchPublicFolder } from '../../../src/next/dev-watcher';

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

test('changes that come together are one', () => {
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

test('what is there at the start is no change, and watching keeps no process alive', () => {
  expect(setUp().options).toMatchObject({ ignoreInitial: true, persistent: false });
});

test('a change that fails is said, and the next one is tried again', () => {
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

test('an error of the watcher is said and does no harm', () => {
  const { folder, emitter } = setUp();
  emitter?.emit('error', new Error('ENOSPC: too many watchers'));
  expect(said.mock.calls).toEqual([[expect.stringContaining(`cannot watch ${folder}: Error: ENOSPC`)]]);
});

test('a folder is watched once, also by another copy of this module', () => {
  const { folder } = setUp();
  watchPublicFolder(folder, jest.fn());
  jest.isolateModules(() => {
    const another: typeof import('../../../src/next/dev-watcher') = require('../../../src/next/dev-watcher');
    another.watchPublicFolder(folder, jest.fn());
  });
  expect(watchers).toHaveLength(1);
});
