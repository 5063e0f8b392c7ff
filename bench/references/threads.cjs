// Preloaded with `node -r`: makes Node report $BENCH_THREADS cores, and writes the CPU time of the process, in seconds, to $BENCH_CPU_TIME.
const fs = require('node:fs');
const os = require('node:os');
const { isMainThread } = require('node:worker_threads');

os.availableParallelism = () => Number(process.env.BENCH_THREADS);
if (isMainThread) process.once('exit', () => fs.writeFileSync(process.env.BENCH_CPU_TIME, String(cpuSeconds())));

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
