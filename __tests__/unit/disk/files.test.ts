import fs from 'node:fs';
import path from 'node:path';
import { readTextIfThere, temporaryName, writeIfChanged } from '../../../src/disk/files';
import { listFiles, stampFiles } from '../../support/folders';
import { temporaryFolder } from '../../support/temporary-folder';
import { smartCacheError } from '../support/smart-cache-error';

afterEach(() => jest.restoreAllMocks());

const failWith = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

test('writes a file and its parent folders', () => {
  const folder = temporaryFolder();
  expect(writeIfChanged(path.join(folder, 'a/b/c.json'), 'text')).toBe(true);
  expect(fs.readFileSync(path.join(folder, 'a/b/c.json'), 'utf8')).toBe('text');
  expect(listFiles(folder)).toEqual(['a/b/c.json']);
});

test('leaves a file untouched that already has the text', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'c.json');
  writeIfChanged(file, 'text');
  const before = stampFiles(folder);
  expect(writeIfChanged(file, 'text')).toBe(false);
  expect(stampFiles(folder)).toEqual(before);
});

test('replaces a file by a rename, so that an open old file keeps the old text', () => {
  const file = path.join(temporaryFolder(), 'c.json');
  writeIfChanged(file, 'old');
  const reader = fs.openSync(file, 'r');
  expect(writeIfChanged(file, 'new')).toBe(true);
  expect(fs.readFileSync(reader, 'utf8')).toBe('old');
  fs.closeSync(reader);
  expect(fs.readFileSync(file, 'utf8')).toBe('new');
});

describe('leaves only the old file after a failure', () => {
  const setUp = () => {
    const folder = temporaryFolder();
    writeIfChanged(path.join(folder, 'c.json'), 'old');
    return { folder, file: path.join(folder, 'c.json'), before: stampFiles(folder) };
  };

  test.each<['writeFileSync' | 'renameSync' | 'mkdirSync', code: string, why: RegExp, fix: RegExp]>([
    ['writeFileSync', 'ENOSPC', /^the disk is full$/, /free some space/],
    ['writeFileSync', 'EDQUOT', /share of the disk is full/, /free some space/],
    ['writeFileSync', 'EACCES', /EACCES/, /writable/],
    ['writeFileSync', 'EMFILE', /too many files are open/, /ulimit -n/],
    ['writeFileSync', 'ENFILE', /on this machine/, /fs\.file-max/],
    ['renameSync', 'EXDEV', /EXDEV/, /writable/],
    ['renameSync', 'EISDIR', /a folder has the name of the file/, /remove or rename/],
    ['mkdirSync', 'EROFS', /EROFS/, /writable/],
    ['mkdirSync', 'EEXIST', /a parent of this path is a file/, /remove or rename/],
    ['mkdirSync', 'ENOTDIR', /a parent of this path is a file/, /remove or rename/],
  ])('%s: %s', (method, code, why, fix) => {
    const { folder, file, before } = setUp();
    jest.spyOn(fs, method).mockImplementation(failWith(code));
    expect(() => writeIfChanged(file, 'new')).toThrow(
      smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: file, why: expect.stringMatching(why), fix: expect.stringMatching(fix) }),
    );
    expect(stampFiles(folder)).toEqual(before);
  });

  test('the disk is full after half the text', () => {
    const { folder, file, before } = setUp();
    const { writeFileSync } = fs;
    jest.spyOn(fs, 'writeFileSync').mockImplementation((target, text) => {
      writeFileSync(target, String(text).slice(0, 1));
      failWith('ENOSPC')();
    });
    expect(() => writeIfChanged(file, 'new')).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED'));
    expect(stampFiles(folder)).toEqual(before);
  });

  test('a folder is in the place of the file', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, 'c.json'));
    expect(() => writeIfChanged(path.join(folder, 'c.json'), 'new')).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED'));
    expect(listFiles(folder)).toEqual([]);
  });

  test('a file is in the place of the folder', () => {
    const { folder, file, before } = setUp();
    expect(() => writeIfChanged(path.join(file, 'd.json'), 'new')).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED'));
    expect(stampFiles(folder)).toEqual(before);
  });
});

test('makes temporary names beside the target that differ each time', () => {
  const names = new Set(Array.from({ length: 100 }, () => temporaryName('/a/c.json')));
  expect(names.size).toBe(100);
  for (const name of names) expect(path.dirname(name)).toBe('/a');
});

test('returns undefined for a file that cannot be read', () => {
  const folder = temporaryFolder();
  expect(readTextIfThere(path.join(folder, 'missing'))).toBeUndefined();
  expect(readTextIfThere(folder)).toBeUndefined();
});
