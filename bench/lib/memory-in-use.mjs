// Measures how much memory a running process has of its own.
import fs from 'node:fs';

/** Proportional set size of a process and of those that it started, in bytes: shared pages count in part. Linux only. */
export function readMemory(pid) {
  return processesOf(pid)
    .map((id) => Number(/^Pss:\s*(\d+) kB$/m.exec(fs.readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))[1]) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** The processes of a group, whose first one has the same number as the group. */
function processesOf(group) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
}

function groupOf(pid) {
  try {
    // The name of the command, in parentheses, may have spaces.
    return Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[2]);
  } catch {
    // The process has ended.
    return undefined;
  }
}
