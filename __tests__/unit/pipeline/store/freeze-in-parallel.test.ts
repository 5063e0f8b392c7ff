import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { stampOf } from '../../../../src/pipeline/file-stamp';
import { type FreezeJob, freezeFiles } from '../../../../src/pipeline/store/freeze';
import { type FreezeReply, freezeInParallel } from '../../../../src/pipeline/store/freeze-in-parallel';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { smartCacheError } from '../../support/smart-cache-error';

interface WorkerData {
  job: FreezeJob;
  port: MessagePort;
  /** [0]: whether the reply has been sent; [1]: chunks hashed so far. */
  state: Int32Array;
}

// Real threads run compiled code: they are tested in the built package. Here is what this thread does with theirs.
let behave: (data: WorkerData) => void;
const workers: EventEmitter[] = [];
jest.mock('node:worker_threads', () => ({
  ...jest.requireActual<object>('node:worker_threads'),
  Worker: class extends EventEmitter {
    constructor(_file: string, { workerData }: { workerData: WorkerData }) {
      super();
      workers.push(this);
      behave(workerData);
    }
    unref() {}
  },
}));

let waited: jest.SpyInstance;
beforeEach(() => {
  workers.length = 0;
  jest.spyOn(os, 'availableParallelism').mockReturnValue(2);
  waited = jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
});
afterEach(() => jest.restoreAllMocks());

/** Files with these contents, said to be so many bytes each: what the work is shared out by. */
function jobOf(contents: readonly string[], size: number, extension = 'bin'): FreezeJob {
  const folder = temporaryFolder();
  const files = contents.map((content, index) => {
    writeFiles(folder, { [`${index}.${extension}`]: content });
    const absolutePath = path.join(folder, `${index}.${extension}`);
    return { assetPath: `/${index}.${extension}`, absolutePath, ...stampOf(fs.statSync(absolutePath, { bigint: true })), size };
  });
  return { files, algorithm: 'sha256', cacheDir: undefined };
}

const SMALL = 100;
const BIG = 50_000_000;
const CONTENTS = ['c', 'a', 'b', '', 'a', 'd'];

function reply({ port, state }: WorkerData, message: FreezeReply): void {
  port.postMessage(message);
  port.close();
  Atomics.store(state, 0, 1);
}

const PARTS = { what: 'A file failed', where: '/a.js', why: 'so', fix: 'thus' };

describe('a little work', () => {
  test('is done here', () => {
    const job = jobOf(CONTENTS, SMALL);
    expect(freezeInParallel(job)).toEqual(freezeFiles(job));
    expect(workers).toEqual([]);
  });

  test('or none', () => {
    expect(freezeInParallel(jobOf([], SMALL))).toEqual([]);
  });

  test('fails with an error of ours', () => {
    const job = jobOf(['a', 'b'], SMALL);
    const [, { absolutePath }] = job.files as [unknown, { absolutePath: string }];
    fs.rmSync(absolutePath);
    expect(() => freezeInParallel(job)).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { where: absolutePath }));
  });
});

describe('much work', () => {
  test('is shared out, and comes back in order', () => {
    const job = jobOf(CONTENTS, BIG);
    let shared = 0;
    behave = (data) => {
      shared = data.job.files.length;
      reply(data, { frozen: freezeFiles(data.job) });
    };
    expect(freezeInParallel(job)).toEqual(freezeFiles(job));
    expect(workers).toHaveLength(1);
    expect(shared).toBe(3);
  });

  test('large files that are lexed are left to one other thread, which gives their memory back', () => {
    const job = jobOf(CONTENTS, 10_000_000, 'js');
    let shared = 0;
    behave = (data) => {
      shared = data.job.files.length;
      reply(data, { frozen: freezeFiles(data.job) });
    };
    expect(freezeInParallel(job)).toEqual(freezeFiles(job));
    expect([workers.length, shared]).toEqual([1, CONTENTS.length]);
  });

  test.each([
    [1, 0],
    [3, 2],
    [64, 3],
  ])('with %i cores takes %i threads more', (cores, threads) => {
    jest.spyOn(os, 'availableParallelism').mockReturnValue(cores);
    behave = (data) => reply(data, { frozen: freezeFiles(data.job) });
    const job = jobOf(CONTENTS, BIG);
    expect(freezeInParallel(job)).toEqual(freezeFiles(job));
    expect(workers).toHaveLength(threads);
  });

  test('waits for a thread that is slow but alive', () => {
    const job = jobOf(CONTENTS, BIG);
    let data: WorkerData | undefined;
    behave = (given) => {
      data = given;
    };
    let waits = 0;
    waited.mockImplementation(() => {
      if (!data) return 'timed-out';
      Atomics.add(data.state, 1, 1);
      if (++waits === 3) reply(data, { frozen: freezeFiles(data.job) });
      return 'timed-out';
    });
    expect(freezeInParallel(job)).toEqual(freezeFiles(job));
    expect(waits).toBe(3);
  });

  test('does the share of a thread that shows no sign of life', () => {
    const job = jobOf(CONTENTS, BIG);
    behave = () => {};
    expect(freezeInParallel(job)).toEqual(freezeFiles(job));
  });

  test('is not brought down by a thread that never started, nor by the news of it, which come later', () => {
    behave = () => {};
    freezeInParallel(jobOf(CONTENTS, BIG));
    expect(() => workers[0]?.emit('error', new Error("Cannot find module 'freeze-worker.js'"))).not.toThrow();
  });

  test('fails with an error of ours that a thread has met', () => {
    behave = (data) => reply(data, { failure: { code: 'ERR_SMART_CACHE_FILE_CHANGING', parts: PARTS } });
    expect(() => freezeInParallel(jobOf(CONTENTS, BIG))).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_CHANGING', PARTS));
  });

  test('fails with what a thread has crashed of', () => {
    behave = (data) => reply(data, { crash: 'RangeError: of the thread\n    at its own line' });
    expect(() => freezeInParallel(jobOf(CONTENTS, BIG))).toThrow('RangeError: of the thread');
  });
});

describe('how far it is', () => {
  /** What is reported on the way. */
  function freezeAndListen(job: FreezeJob) {
    const reports: [done: number, total: number][] = [];
    const frozen = freezeInParallel(job, (...report) => reports.push(report));
    return { frozen, reports };
  }

  test('one thread reports after each chunk', () => {
    const job = jobOf(['abc', 'de', ''], SMALL);
    expect(freezeAndListen(job)).toEqual({
      frozen: freezeFiles(job),
      reports: [
        [3, 300],
        [5, 300],
      ],
    });
  });

  test('the bytes of the other threads count, also while this one waits for them', () => {
    const job = jobOf(CONTENTS, BIG);
    let data: WorkerData | undefined;
    behave = (given) => {
      data = given;
      Atomics.store(given.state, 2, 1000);
    };
    let waits = 0;
    waited.mockImplementation(() => {
      if (!data) return 'timed-out';
      Atomics.store(data.state, 2, 5000);
      if (++waits === 2) reply(data, { frozen: freezeFiles(data.job) });
      return 'timed-out';
    });
    const { frozen, reports } = freezeAndListen(job);
    expect(frozen).toEqual(freezeFiles(job));
    const [first = [0, 0]] = reports;
    const last = reports.at(-1) ?? [0, 0];
    expect([Math.floor(first[0] / 1024), Math.floor(last[0] / 1024), last[1]]).toEqual([1000, 5000, BIG * CONTENTS.length]);
  });

  test('it is never more than all, whatever was read twice', () => {
    const job = jobOf(CONTENTS, BIG);
    behave = (data) => {
      Atomics.store(data.state, 2, 2 ** 31 - 1);
      reply(data, { frozen: freezeFiles(data.job) });
    };
    expect(freezeAndListen(job).reports.every(([done, total]) => done === total)).toBe(true);
  });

  test('a thread that shows no sign of life is waited for as long as if nobody asked', () => {
    const waitedMs = (ask: boolean) => {
      let sum = 0;
      waited.mockImplementation((_state, _index, _value, milliseconds: number) => {
        sum += milliseconds;
        return 'timed-out';
      });
      behave = () => {};
      freezeInParallel(jobOf(CONTENTS, BIG), ask ? () => {} : undefined);
      return sum;
    };
    // Give or take the first look.
    expect(Math.abs(waitedMs(true) - 30_000)).toBeLessThanOrEqual(100);
    expect(waitedMs(false)).toBe(60_000);
  });
});
