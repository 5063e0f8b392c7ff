import fs from 'node:fs';
import path from 'node:path';
import { type FileStamp, hasCoarseStamp, isRacy, stampOf } from '../../../src/disk/hash-file';
import { temporaryFolder } from '../../support/temporary-folder';

const MS = 1_000_000n;
const SECOND = 1000n * MS;

const touchedAt = (touchedNs: bigint): FileStamp => ({ size: 0, modifiedMs: 0, touchedNs, signature: '' });

test.each<[string, touchedNs: bigint, agoNs: bigint, racy: boolean]>([
  ['a fine stamp, just now', 5n * SECOND + 1n, 0n, true],
  ['a fine stamp, one grain ago', 5n * SECOND + 1n, 20n * MS, true],
  ['a fine stamp, longer ago', 5n * SECOND + 1n, 20n * MS + 1n, false],
  ['a fine stamp, in the future', 5n * SECOND + 1n, -SECOND, true],
  ['a stamp in whole seconds, half a second ago', 5n * SECOND, 500n * MS, true],
  ['a stamp in whole seconds, two seconds ago', 5n * SECOND, 2n * SECOND, true],
  ['a stamp in whole seconds, longer ago', 5n * SECOND, 2n * SECOND + 1n, false],
])('tells whether another write could leave the same stamp: %s', (_, touchedNs, agoNs, racy) => {
  expect(isRacy(touchedAt(touchedNs), touchedNs + agoNs)).toBe(racy);
});

test('calls a stamp in whole seconds coarse', () => {
  expect(hasCoarseStamp(touchedAt(5n * SECOND))).toBe(true);
  expect(hasCoarseStamp(touchedAt(5n * SECOND + 1n))).toBe(false);
});

test('takes the later of modification and inode change as the time of touching', () => {
  const at = (mtimeNs: bigint, ctimeNs: bigint) => stampOf({ size: 0n, ino: 1n, mtimeNs, ctimeNs } as fs.BigIntStats).touchedNs;
  // `cp --preserve` makes such stamps, and so does an archive from tomorrow.
  expect([at(1n, 2n), at(2n, 1n)]).toEqual([2n, 2n]);
});

describe('the signature', () => {
  const signatureOf = (file: string) => stampOf(fs.statSync(file, { bigint: true })).signature;
  const setUp = (): string => {
    const file = path.join(temporaryFolder(), 'a.js');
    fs.writeFileSync(file, 'before');
    fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
    return file;
  };

  test('stays the same while the file is only read', () => {
    const file = setUp();
    const before = signatureOf(file);
    fs.readFileSync(file);
    expect(signatureOf(file)).toBe(before);
  });

  test('changes with an edit that keeps size and modification time', () => {
    const file = setUp();
    const before = signatureOf(file);
    fs.writeFileSync(file, 'after!');
    fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(fs.statSync(file)).toMatchObject({ size: 6, mtimeMs: 1_700_000_000_000 });
    expect(signatureOf(file)).not.toBe(before);
  });

  test('changes when the file is replaced', () => {
    const file = setUp();
    const before = signatureOf(file);
    fs.cpSync(file, `${file}.new`, { preserveTimestamps: true });
    fs.renameSync(`${file}.new`, file);
    expect(signatureOf(file)).not.toBe(before);
  });
});
