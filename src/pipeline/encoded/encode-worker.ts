import { parentPort } from 'node:worker_threads';
import { type EncodeJob, encodeFile } from './encode-file.js';

// One thread of `createThreadedEncoder`: gets jobs, and answers each with its outcome.
parentPort?.on('message', (job: EncodeJob) => parentPort?.postMessage(encodeFile(job)));
