import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { listStore, openStore } from '../../../src/pipeline/store';
import { findWholeCopies, timeOfWholeCopy } from '../../../src/pipeline/whole-copies';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith } from '../support/project';

const SMALL = 'small';
const LARGE = 'large'.repeat(10);
const HUGE = 'x'.repeat(2 * 1024 * 1024);
const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');

/** A store with three copies. */
function setUp() {
  const project = projectWith({ 'a.txt': SMALL, 'b.txt': LARGE, 'c.txt': HUGE });
  buildManifest(project);
  const store = openStore(project.cacheDir);
  return {
    store,
    copyOf: (content: string) => store.pathOf(hashOf(content)),
    wholeWith: (hashedBytes?: number) =>
      [SMALL, LARGE, HUGE].filter((content) => findWholeCopies(store, listStore(store), hashedBytes).has(hashOf(content))),
  };
}

/** Writes into a copy, and leaves its date and size as they were. */
function changeUnnoticed(copy: string): void {
  const { atime, mtime } = fs.statSync(copy);
  const descriptor = fs.openSync(copy, 'r+');
  fs.writeSync(descriptor, '*');
  fs.closeSync(descriptor);
  fs.utimesSync(copy, atime, mtime);
}

test('accepts unchanged copies as whole, and returns their sizes', () => {
  const { store } = setUp();
  expect(findWholeCopies(store)).toEqual(new Map([SMALL, LARGE, HUGE].map((content) => [hashOf(content), content.length])));
});

test.each([[SMALL], [HUGE]])('refuses a copy that was changed and has the same size and date (%.5s)', (content) => {
  const { copyOf, wholeWith } = setUp();
  changeUnnoticed(copyOf(content));
  expect(wholeWith()).toEqual([SMALL, LARGE, HUGE].filter((other) => other !== content));
});

describe('after the limit of bytes to hash, smallest copies first, it', () => {
  const ONE_SMALL = SMALL.length;

  test('decides by size and date', () => {
    const { copyOf, wholeWith } = setUp();
    for (const content of [SMALL, LARGE, HUGE]) changeUnnoticed(copyOf(content));
    expect(wholeWith(ONE_SMALL)).toEqual([LARGE, HUGE]);
    expect(wholeWith(ONE_SMALL + LARGE.length)).toEqual([HUGE]);
  });

  test('refuses a copy that was cut, whatever its date', () => {
    const { copyOf, wholeWith } = setUp();
    const { atime, mtime } = fs.statSync(copyOf(HUGE));
    fs.truncateSync(copyOf(HUGE), 1024 * 1024);
    fs.utimesSync(copyOf(HUGE), atime, mtime);
    expect(wholeWith(0)).toEqual([SMALL, LARGE]);
  });

  test('hashes copies with another date: refuses one that was written into, and accepts one whose date a cache has lost', () => {
    const { copyOf, wholeWith } = setUp();
    changeUnnoticed(copyOf(LARGE));
    for (const content of [SMALL, LARGE, HUGE]) fs.utimesSync(copyOf(content), 1, 1);
    expect(wholeWith(0)).toEqual([SMALL, HUGE]);
  });
});

test('gives whole copies a date that is even in seconds, and that differs by size', () => {
  for (const size of [0, 1, 2 ** 20, 2 ** 40 + 1]) {
    expect(timeOfWholeCopy(size) % 2).toBe(0);
    expect(timeOfWholeCopy(size + 1)).not.toBe(timeOfWholeCopy(size));
    expect(new Date(timeOfWholeCopy(size) * 1000).getUTCFullYear()).toBeGreaterThanOrEqual(2000);
  }
});

test('takes nothing else in the folder for a copy', () => {
  const { store, copyOf, wholeWith } = setUp();
  writeFiles(store.filesDir, { '1234-abcdef-0.tmp': 'half', c0ffee: 'no hash' });
  fs.renameSync(copyOf(SMALL), `${copyOf(SMALL)}.moved`);
  fs.symlinkSync(`${copyOf(SMALL)}.moved`, copyOf(SMALL));
  fs.rmSync(copyOf(LARGE));
  fs.mkdirSync(copyOf(LARGE));
  expect(wholeWith()).toEqual([HUGE]);
});
