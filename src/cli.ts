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
    stderr.write(
      `next-smart-cache: the output on stdout is lost, since the system said ${code}; check where it goes, and run the command again\n`,
    );
    interrupt.abort();
  },
});
// Errors of stderr cannot be reported anywhere.
handleOutputErrors(stderr, { onReaderGone() {}, onLost() {} });

void main(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => stdout.write(text),
  stderr: (text) => stderr.write(text),
  terminal: {
    // `isTTY` is `undefined` on other streams, against its type, and picocolors would then decide by itself.
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
  // The config may keep the process alive, so this ends it after all output is written, or known to be lost.
  stdout.write('', () => stderr.write('', () => setImmediate(() => process.exit())));
});

// A config may end the process, and Node exits with 0 if a promise can never settle.
process.once('exit', () => {
  if (isDone) return;
  process.exitCode = 1;
  stderr.write('next-smart-cache: the command did not finish; remove what ends the process, or waits forever, from next.config\n');
});

/** Aborts at the first interrupt. A second one ends the process. */
function interruption(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  return interrupt.signal;
}
