import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import threads from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import type { EncodeJob, EncodeOutcome } from '../../../src/pipeline/encoded/encode-file';
import { createThreadedEncoder } from '../../../src/pipeline/encoded/encode-in-threads';
import { temporaryFolder } from '../../support/temporary-folder';

const script = path.resolve(__dirname, '../support/logging-worker.cjs');

afterEach(() => jest.restoreAllMocks());

/** Does jobs of these files and sizes in threads. */
async function run(files: readonly (readonly [file: string, size: number])[], { threads = 4, budget = 1000, goesOn = true } = {}) {
  const target = path.join(temporaryFolder(), 'log');
  fs.writeFileSync(target, '');
  const jobs = files.map(([file, size]): EncodeJob => ({ file, size, contentHash: '', encoding: 'br', target }));
  const outcomes: [string, EncodeOutcome][] = [];
  await createThreadedEncoder({ threads, budget, script })(jobs, ({ file }, outcome) => {
    outcomes.push([file, outcome]);
    return goesOn;
  });
  const log = fs.readFileSync(target, 'utf8').trim().split('\n').map(Number);
  const sums = log.map((_, index) => log.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
  const mostInWork = Math.max(...sums);
  return { outcomes, begun: log.filter((size) => size > 0), mostInWork };
}

test('does each job once, the largest first, and reports each outcome', async () => {
  const { outcomes, begun } = await run(
    [
      ['small', 1],
      ['not-worth', 2],
      ['large', 3],
    ],
    { threads: 1 },
  );
  expect(begun).toEqual([3, 2, 1]);
  expect(outcomes).toEqual([
    ['large', { size: 1, sha256: 'large' }],
    ['not-worth', null],
    ['small', { size: 1, sha256: 'small' }],
  ]);
});

test('uses several threads, and keeps the files in work within the budget', async () => {
  const files = Array.from({ length: 12 }, (_, index) => [`waits ${index}`, 400] as const);
  const { outcomes, mostInWork } = await run(files, { threads: 6 });
  expect(outcomes).toHaveLength(12);
  expect(mostInWork).toBe(800);
});

test('compresses a file beyond the budget on its own', async () => {
  const { outcomes, mostInWork } = await run([
    ['huge', 5000],
    ['a', 10],
    ['b', 10],
  ]);
  expect(outcomes).toHaveLength(3);
  expect(mostInWork).toBe(5000);
});

test('goes on with another thread after one that failed', async () => {
  const { outcomes } = await run(
    [
      ['throws', 5],
      ['exits', 4],
      ['a', 3],
      ['b', 2],
    ],
    { threads: 1 },
  );
  const failed = (message: string) => ({ isWriteFailure: false, code: undefined, message });
  expect(outcomes).toEqual([
    ['throws', failed('out of memory')],
    ['exits', failed('its thread ended with code 3')],
    ['a', { size: 1, sha256: 'a' }],
    ['b', { size: 1, sha256: 'b' }],
  ]);
});

test('begins no other job when told to stop', async () => {
  const { outcomes, begun } = await run(
    [
      ['a', 3],
      ['b', 2],
      ['c', 1],
    ],
    { threads: 1, goesOn: false },
  );
  expect([outcomes.length, begun]).toEqual([1, [3]]);
});

test('compresses in this thread if the system refuses another one', async () => {
  jest.spyOn(threads, 'Worker').mockImplementation(() => {
    throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
  });
  const folder = temporaryFolder();
  const jobs = ['a', 'b', 'c'].map((name): EncodeJob => {
    const content = name.repeat(5000);
    const file = path.join(folder, name);
    fs.writeFileSync(file, content);
    return { file, size: 5000, contentHash: createHash('sha256').update(content).digest('hex'), encoding: 'gzip', target: `${file}.gz` };
  });
  await createThreadedEncoder({ threads: 2 })(jobs, () => true);
  expect(jobs.map(({ target }) => gunzipSync(fs.readFileSync(target)).toString())).toEqual(
    jobs.map(({ file }) => fs.readFileSync(file, 'utf8')),
  );
});
