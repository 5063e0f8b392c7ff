import { type MessagePort, workerData } from 'node:worker_threads';
import { SmartCacheError } from '../../core/errors.js';
import { type FreezeJob, freezeFiles } from './freeze.js';
import { type FreezeReply, KILOBYTE } from './freeze-in-parallel.js';

/**
 * One thread's share of the files. Errors travel as plain data, since a class
 * does not survive the way between threads.
 */
const { job, port, state } = workerData as { job: FreezeJob; port: MessagePort; state: Int32Array };
port.postMessage(freezeAndReport());
port.close();
Atomics.store(state, 0, 1);
Atomics.notify(state, 0);

function freezeAndReport(): FreezeReply {
  let bytesRead = 0;
  const onChunk = (bytes: number) => {
    bytesRead += bytes;
    Atomics.add(state, 1, 1);
    Atomics.store(state, 2, Math.floor(bytesRead / KILOBYTE));
  };
  try {
    return { frozen: freezeFiles(job, onChunk) };
  } catch (error) {
    if (error instanceof SmartCacheError) return { failure: { code: error.code, parts: error.parts } };
    return { crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
