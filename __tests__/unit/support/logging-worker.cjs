// Stands for a thread that compresses: logs when a job begins and ends, and fails, or waits for a second job, as the name of the file says.
const fs = require('node:fs');
const { parentPort } = require('node:worker_threads');

parentPort.on('message', ({ file, size, target }) => {
  fs.appendFileSync(target, `+${size}\n`);
  if (file === 'throws') throw new Error('out of memory');
  if (file === 'exits') process.exit(3);
  // On a busy machine, another thread needs seconds to start.
  if (file.startsWith('waits')) for (let turn = 0; turn < 1000 && countBegun(target) < 2; turn++) sleep();
  // Longer than it takes to begin another job.
  sleep();
  fs.appendFileSync(target, `-${size}\n`);
  parentPort.postMessage(file === 'not-worth' ? null : { size: 1, sha256: file });
});

const countBegun = (target) => fs.readFileSync(target, 'utf8').split('+').length - 1;
const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
