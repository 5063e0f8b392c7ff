import fs from 'node:fs';
import path from 'node:path';
import { formatCount } from '../../core/numbers.js';
import { buildManifest } from '../../pipeline/build-manifest.js';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import { printableJson } from '../terminal/printable.js';
import { HASHING, withProgress } from '../terminal/progress.js';
import { createTalk } from '../terminal/talk.js';

export const checkCommand: CliCommand = {
  name: 'check',
  summary: 'for CI: whether manifest and options hold',
  description: 'Tells, without writing anything, whether the manifest is current. Loading next.config checks the options.',
  failsWhen: 'a check failed',
  examples: [['check', 'in CI, after "next-smart-cache build"']],
  configure: (command) => {
    command.option('--no-manifest', 'do not ask for a current manifest: where "next build" makes it');
  },
  run: runCheck,
};

async function runCheck({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { write: false, onProgress }));
  const manifest =
    options.manifest === false ? 'not asked' : !built.changed ? 'current' : fs.existsSync(project.manifestPath) ? 'outdated' : 'missing';
  const ok = manifest === 'not asked' || manifest === 'current';
  if (json) io.stdout(`${printableJson({ ok, manifest, warnings: built.warnings })}\n`);
  const talk = createTalk(io);
  for (const notice of built.notices) talk.note(notice);
  for (const warning of built.warnings) talk.warn(warning);
  if (!ok) {
    if (built.deliveryBefore !== undefined) for (const line of project.deliveryLines) talk.note(line);
    const why =
      built.deliveryBefore === undefined
        ? ''
        : `: it is for ${built.deliveryBefore} delivery, and here it would be for ${project.delivery}`;
    talk.failAt(path.relative(io.cwd, project.manifestPath), `is ${manifest}${why}; run "next-smart-cache build"`);
  }
  const files = formatCount(Object.keys(built.manifest.assets).length, 'file');
  if (ok) talk.done(`${files} checked, no problems`);
  else talk.fail(`1 problem; ${files} in public/`);
  return ok ? 0 : 1;
}
