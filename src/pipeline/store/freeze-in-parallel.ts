import os from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type ErrorParts, type OnProgress, SmartCacheError, type SmartCacheErrorCode } from '../../core/errors.js';
import { isLookedInto } from '../references/find-references.js';
import { type FileToFreeze, type FreezeJob, type FrozenFile, freezeFiles } from './freeze.js';

/** What a worker thread answers. */
export interface FreezeReply {
  frozen?: FrozenFile[];
  failure?: { code: SmartCacheErrorCode; parts: ErrorParts };
  crash?: string;
}

const MAX_THREADS = 4;
/** What opening, hashing and naming a file costs, in bytes hashed in the same time. */
const FILE_OVERHEAD_BYTES = 100_000;
/** How many times longer it takes to look for references in a byte than to hash it. */
const LEXING_FACTOR = 20;
/** A lexer holds several times a file in memory: those from here on are left to one thread, which ends and gives it back. */
const BULKY_BYTES = 4 * 1024 * 1024;
/** A thread takes about 30 ms to start; below this much work it does not pay. */
const BYTES_PER_THREAD = 60_000_000;
/** Several times what the largest file takes. With the default, gigabytes, the garbage of lexers would pile up before it is collected. */
const THREAD_HEAP_MB = 512;
/** A thread that shows no sign of life for this long is given up and its share done here. */
const STALL_MS = 30_000;

/** How often the other threads are asked how far they are, if somebody wants to know. */
const ASK_MS = 100;
/** Threads count in these, so that 32 bits are enough. */
export const KILOBYTE = 1024;

/**
 * {@link freezeFiles} on several cores, in the order given. This thread takes
 * a share itself and then waits, so that the caller can stay synchronous: a
 * config object must be complete when `withSmartCache` returns it.
 */
export function freezeInParallel(job: FreezeJob, onProgress?: OnProgress): FrozenFile[] {
  const costs = job.files.map((file) => costOf(file, isLexed(file)));
  const work = costs.reduce((sum, cost) => sum + cost, 0);
  const threads = Math.max(1, Math.min(MAX_THREADS, os.availableParallelism(), Math.ceil(work / BYTES_PER_THREAD)));
  if (threads === 1) return freezeFiles(job, countBytes(job, onProgress).onChunk);

  const isBulky = (file: FileToFreeze) => file.size >= BULKY_BYTES && isLexed(file);
  const [ownShare = [], ...otherShares] = shareOut(job.files.map(isBulky), costs, threads);
  const workers = otherShares.map((share) => startWorker({ ...job, files: filesOf(job, share) }));
  const { onChunk, ask } = countBytes(job, onProgress, workers);
  const frozen: FrozenFile[] = new Array(job.files.length);
  place(frozen, ownShare, freezeFiles({ ...job, files: filesOf(job, ownShare) }, onChunk));
  otherShares.forEach((share, index) => {
    place(frozen, share, workers[index]?.wait(ask) ?? freezeFiles({ ...job, files: filesOf(job, share) }, onChunk));
  });
  return frozen;
}

/** All threads' bytes as one number; two `undefined` where nobody wants to know. */
function countBytes({ files }: FreezeJob, onProgress: OnProgress | undefined, workers: readonly FreezeThread[] = []) {
  if (!onProgress) return {};
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let own = 0;
  const ask = () => {
    const done = workers.reduce((sum, { bytesRead }) => sum + bytesRead(), own);
    // A file that changes while it is read is read again, and so counts again.
    onProgress(Math.min(done, total), total);
  };
  const onChunk = (bytes: number) => {
    own += bytes;
    ask();
  };
  return { onChunk, ask };
}

function isLexed({ assetPath, size }: FileToFreeze): boolean {
  return isLookedInto(assetPath, size);
}

function costOf({ size }: FileToFreeze, isLexed: boolean): number {
  return size * (isLexed ? LEXING_FACTOR : 1) + FILE_OVERHEAD_BYTES;
}

/**
 * Indexes into the list of files, one array a thread: the costliest file
 * first, always to the lightest share; but all bulky ones to the last, which
 * is not this thread's.
 */
function shareOut(isBulky: readonly boolean[], costs: readonly number[], threads: number): number[][] {
  const shares = Array.from({ length: threads }, () => ({ indexes: [] as number[], cost: 0 }));
  const costOf = (index: number) => costs[index] as number;
  for (const index of [...costs.keys()].sort((a, b) => Number(isBulky[b]) - Number(isBulky[a]) || costOf(b) - costOf(a) || a - b)) {
    const lightest = shares.reduce((best, share) => (share.cost < best.cost ? share : best));
    const share = isBulky[index] ? (shares.at(-1) ?? lightest) : lightest;
    share.indexes.push(index);
    share.cost += costOf(index);
  }
  return shares.map(({ indexes }) => indexes);
}

function filesOf(job: FreezeJob, share: readonly number[]): FileToFreeze[] {
  return share.map((index) => job.files[index] as FileToFreeze);
}

function place(frozen: FrozenFile[], share: readonly number[], results: readonly FrozenFile[]): void {
  share.forEach((index, position) => {
    frozen[index] = results[position] as FrozenFile;
  });
}

interface FreezeThread {
  /** @returns `undefined` when the thread has died. */
  wait(whileWaiting: (() => void) | undefined): FrozenFile[] | undefined;
  bytesRead(): number;
}

function startWorker(job: FreezeJob): FreezeThread {
  const { port1, port2 } = new MessageChannel();
  /** [0]: whether the reply has been sent; [1]: chunks hashed so far; [2]: kilobytes in them. */
  const state = new Int32Array(new SharedArrayBuffer(12));
  const worker = new Worker(path.join(__dirname, 'freeze-worker.js'), {
    workerData: { job, port: port2, state },
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
  });
  worker.unref();
  // Heard of too late to matter: its share has been done here by then.
  worker.on('error', () => {});
  return {
    wait(whileWaiting) {
      const patience = whileWaiting ? ASK_MS : STALL_MS;
      let chunksSeen = -1;
      let quietMs = 0;
      while (Atomics.load(state, 0) === 0) {
        if (Atomics.wait(state, 0, 0, patience) !== 'timed-out') continue;
        whileWaiting?.();
        const chunks = Atomics.load(state, 1);
        quietMs = chunks === chunksSeen ? quietMs + patience : 0;
        if (quietMs >= STALL_MS) return undefined;
        chunksSeen = chunks;
      }
      return unpack(port1);
    },
    bytesRead: () => Atomics.load(state, 2) * KILOBYTE,
  };
}

function unpack(port: MessagePort): FrozenFile[] {
  const reply = receiveMessageOnPort(port)?.message as FreezeReply | undefined;
  port.close();
  if (reply?.failure) throw new SmartCacheError(reply.failure.code, reply.failure.parts);
  if (!reply?.frozen) throw new Error(reply?.crash ?? 'A hashing thread ended without an answer');
  return reply.frozen;
}
