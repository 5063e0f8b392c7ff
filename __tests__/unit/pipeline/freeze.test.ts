import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { HashAlgorithm } from '../../../src/core/manifest-document';
import { stampOf } from '../../../src/disk/hash-file';
import { openCopyWriter } from '../../../src/pipeline/copy-writer';
import { type FileToFreeze, type FrozenFile, freezeFiles } from '../../../src/pipeline/freeze';
import { openStore } from '../../../src/pipeline/store';
import { listFiles, withoutRootRights } from '../../support/folders';
import { temporaryFolder } from '../../support/temporary-folder';
import { smartCacheError } from '../support/smart-cache-error';

const MIB = 1024 * 1024;

afterEach(() => jest.restoreAllMocks());

/** A file of one's own, and a folder for the frozen copies. */
function setUp(content: string | Uint8Array): { file: string; cacheDir: string } {
  const folder = temporaryFolder();
  const file = path.join(folder, 'app.js');
  fs.writeFileSync(file, content);
  return { file, cacheDir: path.join(folder, 'cache') };
}

const toFreeze = (file: string): FileToFreeze => ({
  assetPath: '/app.js',
  absolutePath: file,
  ...stampOf(fs.statSync(file, { bigint: true })),
});

const writerFor = (cacheDir: string | undefined) => (cacheDir === undefined ? undefined : openCopyWriter(openStore(cacheDir)));

function freeze(file: FileToFreeze, cacheDir: string | undefined, algorithm: HashAlgorithm = 'sha256'): FrozenFile {
  return freezeFiles({ files: [file], algorithm, copies: writerFor(cacheDir) })[0] as FrozenFile;
}

const frozenCopy = (cacheDir: string, { contentHash }: FrozenFile) => fs.readFileSync(openStore(cacheDir).pathOf(contentHash));
const hashOf = (content: string | Uint8Array, algorithm = 'sha256') => createHash(algorithm).update(content).digest('hex');

/** Bytes that differ from one chunk to the next, the same in each run. */
function bytes(length: number): Buffer {
  const block = Buffer.alloc(997, 'next-smart-cache');
  return Buffer.concat(Array.from({ length: Math.ceil(length / 997) }, (_, index) => block.map((byte) => byte ^ (index & 0xff)))).subarray(
    0,
    length,
  );
}

describe('hash and integrity of "hello", written out', () => {
  test.each<[HashAlgorithm, contentHash: string, integrity: string]>([
    ['md5', '5d41402abc4b2a76b9719d911017c592', 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
    ['sha256', '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
    [
      'sha384',
      '59e1748777448c69de6b800d7a33bbfb9ff1b463e44354c3553bcdb9c666fa90125a3c79f90397bdf5f6a13de828684f',
      'sha384-WeF0h3dEjGnea4ANejO7+5/xtGPkQ1TDVTvNucZm+pASWjx5+QOXvfX2oT3oKGhP',
    ],
    [
      'sha512',
      '9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043',
      'sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==',
    ],
  ])('%s', (algorithm, contentHash, integrity) => {
    const { file, cacheDir } = setUp('hello');
    const frozen = freeze(toFreeze(file), cacheDir, algorithm);
    expect(frozen).toMatchObject({ contentHash, integrity, size: 5, signature: toFreeze(file).signature });
    expect(frozenCopy(cacheDir, frozen).toString()).toBe('hello');
  });
});

describe.each([
  ['empty', 0],
  ['one byte', 1],
  ['exactly one chunk', MIB],
  ['more than one chunk', MIB + 1],
  ['several chunks', 2.5 * MIB],
  ['big enough to be cloned', 4 * MIB + 1],
  ['bigger still', 9 * MIB],
])('freezing a file that is %s', (_, size) => {
  const content = bytes(size);

  test('copies it, and returns the hash that Node computes', () => {
    const { file, cacheDir } = setUp(content);
    const frozen = freeze(toFreeze(file), cacheDir);
    expect(frozen.contentHash).toBe(hashOf(content));
    expect(frozen.integrity).toBe(`sha256-${createHash('sha256').update(content).digest('base64')}`);
    expect(frozenCopy(cacheDir, frozen).equals(content)).toBe(true);
    expect(listFiles(path.join(cacheDir, 'files'))).toEqual([frozen.contentHash]);
  });

  test('returns the same hash without a store, and makes no copy', () => {
    const { file, cacheDir } = setUp(content);
    expect(freeze(toFreeze(file), undefined).contentHash).toBe(hashOf(content));
    expect(fs.existsSync(cacheDir)).toBe(false);
  });
});

test('keeps the order of the files, and makes one copy of equal contents', () => {
  const folder = temporaryFolder();
  const contents = ['b', 'a', 'b', '', 'c'];
  const files = contents.map((content, index) => {
    const file = path.join(folder, `${index}.js`);
    fs.writeFileSync(file, content);
    return toFreeze(file);
  });
  const frozen = freezeFiles({ files, algorithm: 'sha256', copies: writerFor(path.join(folder, 'cache')) });
  expect(frozen.map(({ contentHash }) => contentHash)).toEqual(contents.map((content) => hashOf(content)));
  expect(listFiles(path.join(folder, 'cache/files'))).toHaveLength(4);
});

describe('progress', () => {
  test('is reported after each chunk, in bytes of all files', () => {
    const { file, cacheDir } = setUp(bytes(2.5 * MIB));
    const onProgress = jest.fn();
    freezeFiles({ files: [toFreeze(file)], algorithm: 'sha256', copies: writerFor(cacheDir) }, onProgress);
    expect(onProgress.mock.calls).toEqual([MIB, 2 * MIB, 2.5 * MIB].map((done) => [done, 2.5 * MIB]));
  });

  test('is never more than the total when a file has grown since it was listed', () => {
    const { file } = setUp('short');
    const listed = { ...toFreeze(file), size: 3 };
    const onProgress = jest.fn();
    freezeFiles({ files: [listed], algorithm: 'sha256', copies: undefined }, onProgress);
    expect(onProgress.mock.calls).toEqual([[3, 3]]);
  });
});

test('makes a copy that a later edit of the original does not change', () => {
  const { file, cacheDir } = setUp('before');
  const frozen = freeze(toFreeze(file), cacheDir);
  fs.writeFileSync(file, 'AFTER!');
  expect(frozenCopy(cacheDir, frozen).toString()).toBe('before');
  expect(fs.statSync(file).nlink).toBe(1);
});

describe('a file that changes', () => {
  const { readSync } = fs;
  /** Runs `change` just before these reads, counted from 1. */
  function beforeRead(isAt: (count: number) => boolean, change: () => void): void {
    let count = 0;
    jest.spyOn(fs, 'readSync').mockImplementation((...args: unknown[]) => {
      if (isAt(++count)) change();
      return (readSync as (...args: unknown[]) => number)(...args);
    });
  }

  test.each<[string, content: string | Uint8Array, (file: string) => void, after: string | Uint8Array]>([
    ['before the first byte', 'before', (file) => fs.appendFileSync(file, ' and after'), 'before and after'],
    ['to the same size', 'before', (file) => fs.writeFileSync(file, 'after!'), 'after!'],
    ['by being replaced', 'before', (file) => replace(file, 'after'), 'after'],
    ['between two chunks', bytes(2 * MIB), (file) => fs.writeFileSync(file, 'after'), 'after'],
  ])('while it is read, %s, is read again', (_, content, change, after) => {
    const { file, cacheDir } = setUp(content);
    const listed = toFreeze(file);
    beforeRead(
      (count) => count === (content.length > MIB ? 2 : 1),
      () => change(file),
    );
    const frozen = freeze(listed, cacheDir);
    expect(frozen).toMatchObject({ contentHash: hashOf(after), signature: toFreeze(file).signature });
    expect(frozenCopy(cacheDir, frozen).toString()).toBe(after);
  });

  test('between listing and reading, is read again', () => {
    const { file, cacheDir } = setUp('before');
    const listed = toFreeze(file);
    fs.writeFileSync(file, 'after');
    const readings = jest.spyOn(fs, 'openSync');
    const frozen = freeze(listed, cacheDir);
    expect(frozen).toMatchObject({ contentHash: hashOf('after'), size: 5, signature: toFreeze(file).signature });
    expect(readings.mock.calls.filter(([opened]) => opened === file)).toHaveLength(2);
  });

  test.each([
    ['with a store', true],
    ['without one', false],
  ])('all the time, is an error, %s', (_, hasStore) => {
    const { file, cacheDir } = setUp('0');
    beforeRead(
      () => true,
      () => fs.appendFileSync(file, 'x'),
    );
    expect(() => freeze(toFreeze(file), hasStore ? cacheDir : undefined)).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_CHANGING', { where: file, why: expect.stringContaining('3 attempts') }),
    );
    expect(listFiles(cacheDir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  function replace(file: string, content: string): void {
    fs.writeFileSync(`${file}.new`, content);
    fs.renameSync(`${file}.new`, file);
  }
});

describe('a file that cannot be read', () => {
  test.each([
    ['with a store', true],
    ['without one', false],
  ])('vanished, %s', (_, hasStore) => {
    const { file, cacheDir } = setUp('here');
    const listed = toFreeze(file);
    fs.rmSync(file);
    expect(() => freeze(listed, hasStore ? cacheDir : undefined)).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { where: file, what: expect.stringContaining('vanished') }),
    );
    expect(listFiles(cacheDir)).toEqual([]);
  });

  test('reports a large file that vanished, and leaves no copy', () => {
    const { file, cacheDir } = setUp(bytes(4 * MIB));
    const listed = toFreeze(file);
    fs.rmSync(file);
    expect(() => freeze(listed, cacheDir)).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { where: file }));
    expect(listFiles(cacheDir)).toEqual([]);
  });

  test('reports missing rights, with the chmod that helps', () => {
    const { file, cacheDir } = setUp('secret');
    fs.chmodSync(path.dirname(file), 0o777);
    fs.chmodSync(file, 0o000);
    expect(() => withoutRootRights(() => freeze(toFreeze(file), cacheDir))).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', {
        where: file,
        why: expect.stringContaining('EACCES'),
        fix: expect.stringContaining('chmod'),
      }),
    );
    expect(listFiles(cacheDir)).toEqual([]);
  });

  test('reports an error of the disk', () => {
    const { file, cacheDir } = setUp('bad block');
    jest.spyOn(fs, 'readSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    });
    expect(() => freeze(toFreeze(file), cacheDir)).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { where: file, why: expect.stringContaining('EIO') }),
    );
    expect(listFiles(cacheDir)).toEqual([]);
  });
});

describe('a store that cannot be written', () => {
  test('fails with the path if a file is in the place of the store', () => {
    const { file, cacheDir } = setUp('x');
    fs.writeFileSync(cacheDir, 'in the way');
    expect(() => freeze(toFreeze(file), cacheDir)).toThrow(
      smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: path.join(cacheDir, 'files') }),
    );
    expect(fs.readFileSync(cacheDir, 'utf8')).toBe('in the way');
  });

  test('reports a full disk, and leaves no half copy', () => {
    const { file, cacheDir } = setUp('x');
    jest.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    expect(() => freeze(toFreeze(file), cacheDir)).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { why: 'the disk is full' }));
    expect(listFiles(cacheDir)).toEqual([]);
  });

  test('completes the copy if a write stores only a part', () => {
    const content = bytes(10_000);
    const { file, cacheDir } = setUp(content);
    const writeSync: (descriptor: number, chunk: Buffer, offset: number, length: number) => number = fs.writeSync;
    const writeSome = (descriptor: number, chunk: Buffer, offset = 0) =>
      writeSync(descriptor, chunk, offset, Math.min(999, chunk.length - offset));
    jest.spyOn(fs, 'writeSync').mockImplementation(writeSome as typeof fs.writeSync);
    expect(frozenCopy(cacheDir, freeze(toFreeze(file), cacheDir)).equals(content)).toBe(true);
  });
});

test('hashes and copies the whole file if reads return a few bytes at a time', () => {
  const { file, cacheDir } = setUp('hello');
  const { readSync } = fs;
  jest
    .spyOn(fs, 'readSync')
    .mockImplementation(((descriptor: number, buffer: Buffer, offset: number, length: number) =>
      readSync(descriptor, buffer, offset, Math.min(length, 3), null)) as typeof readSync);
  const frozen = freeze(toFreeze(file), cacheDir);
  jest.restoreAllMocks();
  expect(frozen.contentHash).toBe(hashOf('hello'));
  expect(frozenCopy(cacheDir, frozen).toString()).toBe('hello');
});

test('clones large files if the file system can, and sees that the file did not change', () => {
  const content = bytes(4 * MIB + 1);
  const { file, cacheDir } = setUp(content);
  const { copyFileSync } = fs;
  const clone = jest.spyOn(fs, 'copyFileSync').mockImplementation((source, target) => copyFileSync(source, target));
  const frozen = freeze(toFreeze(file), cacheDir);
  expect(clone).toHaveBeenCalledTimes(1);
  expect(frozen.signature).toBe(toFreeze(file).signature);
  expect(frozenCopy(cacheDir, frozen).equals(content)).toBe(true);
});
