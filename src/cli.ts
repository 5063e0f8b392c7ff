#!/usr/bin/env node
import fs from 'node:fs';
import path from 'node:path';
import { main } from './cli/main.js';
import { loadProject } from './next/load-project.js';

void main(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  loadProject,
  version: (JSON.parse(fs.readFileSync(path.join(__dirname, '../../package.json'), 'utf8')) as { version: string }).version,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
