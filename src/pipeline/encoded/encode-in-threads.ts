import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type EncodeJob, type EncodeOutcome, encodeFile } from './encode-file.js';

/** Does jobs in any order, and reports each. If `onOutcome` returns false, it begins no other job. */
export type EncodeAll = (jobs: readonly EncodeJob[], onOutcome: (job: EncodeJob, outcome: EncodeOutcome) => boolean) => Promise<void>;

interface ThreadSettings {
  /** Default: one for each core that this process may use. */
  threads?: number;
  /** How many bytes of files are compressed at the same time. One file may be larger. Brotli takes several times as much memory. Default: 64 MiB. */
  budget?: number;
  /** The module that a thread runs. Absolute. */
  script?: string;
}

/**
 * Makes a function that compresses files in threads, the largest first, so that
 * all cores have work until the end. Node's own pool has four threads, unless a
 * variable was set when the process began
 * (https://nodejs.org/api/cli.html#uv_threadpool_sizesize).
 */
export function createThreadedEncoder({
  threads = os.availableParallelism(),
  budget = 64 * 1024 * 1024,
  script = path.join(__dirname, './encode-worker.js'),
}: ThreadSettings = {}): EncodeAll {
  return async (jobs, onOutcome) => {
    const queue = createQueue(jobs, budget);
    const runThread = async () => {
      let thread: Thread | undefined;
      for (let job = await queue.take(); job !== undefined; job = await queue.take()) {
        if (!thread?.isAlive()) thread = startThread(script);
        const outcome = await thread.run(job);
        queue.finish(job);
        if (!onOutcome(job, outcome)) queue.clear();
      }
      await thread?.end();
    };
    await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, runThread));
  };
}

/** Hands out jobs, and waits while the files in work have too many bytes for another one. */
function createQueue(jobs: readonly EncodeJob[], budget: number) {
  let left = jobs.toSorted((a, b) => b.size - a.size);
  let bytesInWork = 0;
  let waiting: (() => void)[] = [];
  const wakeAll = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  return {
    async take(): Promise<EncodeJob | undefined> {
      while (left.length > 0) {
        const index = left.findIndex(({ size }) => bytesInWork === 0 || bytesInWork + size <= budget);
        const [job] = index === -1 ? [] : left.splice(index, 1);
        if (job !== undefined) {
          bytesInWork += job.size;
          return job;
        }
        await new Promise<void>((wake) => waiting.push(wake));
      }
      return undefined;
    },
    finish({ size }: EncodeJob): void {
      bytesInWork -= size;
      wakeAll();
    },
    clear(): void {
      left = [];
      wakeAll();
    },
  };
}

interface Thread {
  isAlive(): boolean;
  run(job: EncodeJob): Promise<EncodeOutcome>;
  end(): Promise<unknown>;
}

function startThread(script: string): Thread {
  let worker: Worker;
  try {
    worker = new Worker(script);
  } catch {
    // The system allows no more threads: a container may limit them (`ERR_WORKER_INIT_FAILED`).
    return thisThread;
  }
  let isAlive = true;
  let settle = (_outcome: EncodeOutcome) => {};
  const fail = (message: string) => {
    isAlive = false;
    settle({ isWriteFailure: false, code: undefined, message });
  };
  worker.on('message', (outcome: EncodeOutcome) => settle(outcome));
  // The thread has run out of memory, for example.
  worker.on('error', (error: Error) => fail(error.message));
  worker.on('exit', (code) => fail(`its thread ended with code ${code}`));
  return {
    isAlive: () => isAlive,
    run: (job) =>
      new Promise((resolve) => {
        settle = resolve;
        worker.postMessage(job);
      }),
    end: () => worker.terminate(),
  };
}

const thisThread: Thread = {
  isAlive: () => true,
  async run(job) {
    // The outcomes of other threads arrive meanwhile.
    await nextTurn();
    return encodeFile(job);
  },
  end: async () => {},
};
