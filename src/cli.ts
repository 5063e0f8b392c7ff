#!/usr/bin/env node
import fs from 'node:fs';
import path from 'node:path';
import { main } from './cli/main.js';
import { handleOutputErrors } from './cli/terminal.js';
import { measureBuild } from './next/build-coverage.js';
import { readBuiltSite } from './next/built-site.js';
import { findConfigFile } from './next/environment.js';
import { loadProject } from './next/load-project.js';

const { env, stderr, stdout } = process;
const interrupt = new AbortController();
let isOutputLost = false;
let isDone = false;

handleOutputErrors(stdout, {
  onReaderGone: () => interrupt.abort(),
  onLost(code) {
    isOutputLost = true;
    process.exitCode = 1;
    stderr.write(`next-smart-cache: what was printed on stdout is lost; the system said ${code}\n`);
    interrupt.abort();
  },
});
// Nobody is left to be told.
handleOutputErrors(stderr, { onReaderGone() {}, onLost() {} });

void main(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => stdout.write(text),
  stderr: (text) => stderr.write(text),
  terminal: {
    // `isTTY` is `undefined` on anything else, whatever its type says; to picocolors that would mean: find out yourself.
    hasColors: Boolean(stderr.isTTY) && stderr.hasColors(),
    hasColorsOnStdout: Boolean(stdout.isTTY) && stdout.hasColors(),
    isInteractive: Boolean(stderr.isTTY) && env.TERM !== 'dumb' && !env.CI,
    columns: stderr.columns,
  },
  loadProject,
  readBuiltSite,
  measureBuild,
  findConfigFile,
  interruption,
  version: (JSON.parse(fs.readFileSync(path.join(__dirname, '../../package.json'), 'utf8')) as { version: string }).version,
}).then((exitCode) => {
  isDone = true;
  process.exitCode = isOutputLost ? 1 : exitCode;
  // A config may have started what keeps the process alive. What has been written goes out first, or is known to be lost.
  stdout.write('', () => stderr.write('', () => setImmediate(() => process.exit())));
});

// Node ends with 0 when nothing is left that could settle a promise, and so may a config.
process.once('exit', () => {
  if (isDone) return;
  process.exitCode = 1;
  stderr.write('next-smart-cache: ended before it was done: next.config has ended the process, or waits for something that never comes\n');
});

/** The first interrupt is the command's to answer; a second one ends the process at once. */
function interruption(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  return interrupt.signal;
}
