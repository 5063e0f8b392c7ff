#!/usr/bin/env node
import fs from 'node:fs';
import path from 'node:path';
import { main } from './cli/main.js';
import { loadProject } from './next/load-project.js';

const { env, stderr, stdout } = process;

void main(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => stdout.write(text),
  stderr: (text) => stderr.write(text),
  terminal: { hasColors: stderr.isTTY && stderr.hasColors(), isInteractive: stderr.isTTY && env.TERM !== 'dumb' && !env.CI },
  loadProject,
  interruption,
  version: (JSON.parse(fs.readFileSync(path.join(__dirname, '../../package.json'), 'utf8')) as { version: string }).version,
}).then((exitCode) => {
  process.exitCode = exitCode;
});

/** The first interrupt is the command's to answer; a second one ends the process at once. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  return interrupt.signal;
}
