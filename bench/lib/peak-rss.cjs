// Preloaded with `node -r` into the process to measure: writes its peak resident memory, in bytes, to $BENCH_PEAK_RSS.
const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');

// Worker threads preload the same modules; the memory is that of the process.
if (isMainThread) process.once('exit', () => fs.writeFileSync(process.env.BENCH_PEAK_RSS, String(peakBytes())));

function peakBytes() {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    // Not Linux. There, this one would not do: it counts what the parent had when it forked.
    return process.resourceUsage().maxRSS * 1024;
  }
}
