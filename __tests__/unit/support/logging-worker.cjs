// Stands for a thread that compresses: logs when a job begins and ends, and fails as the name of the file says.
const fs = require('node:fs');
const { parentPort } = require('node:worker_threads');

parentPort.on('message', ({ file, size, target }) => {
  fs.appendFileSync(target, `+${size}\n`);
  if (file === 'throws') throw new Error('out of memory');
  if (file === 'exits') process.exit(3);
  // Longer than it takes to begin another job.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  fs.appendFileSync(target, `-${size}\n`);
  parentPort.postMessage(file === 'not-worth' ? null : { size: 1, sha256: file });
});
