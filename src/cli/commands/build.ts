import { buildManifest } from '../../pipeline/build-manifest.js';
import { deploysWith } from '../../pipeline/deploys.js';
import { describeCopies, measureCopies, warnOfUpload } from '../../pipeline/upload.js';
import { reportBuild, summarizeBuild } from '../build-report.js';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import { printableJson } from '../terminal/printable.js';
import { HASHING, withProgress } from '../terminal/progress.js';
import { createTalk } from '../terminal/talk.js';

export const buildCommand: CliCommand = {
  name: 'build',
  summary: 'hash every file of public/ and write the manifest',
  description:
    'Hashes every file of public/, copies it into the store and writes .smart-cache/manifest.json. Run it as the "prebuild" script. ' +
    'Unchanged files are not read again; references that lead nowhere are warnings.',
  failsWhen: 'public/ or next.config cannot be used, or something cannot be written; the old manifest stays as it was',
  examples: [
    ['build', 'before "next build"'],
    ['build --json', 'how many files, how many of them read, and the warnings, as data'],
  ],
  run: runBuild,
};

async function runBuild({ root, json }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { onProgress }));
  const copies = measureCopies(project, built, deploysWith(project, built));
  const warnings = [...built.warnings, ...warnOfUpload(project, built, copies)];
  if (json) io.stdout(`${printableJson(reportBuild(project, { ...built, warnings }))}\n`);
  const talk = createTalk(io);
  for (const notice of built.notices) talk.note(notice);
  const { deliveryLines, deliveryChoice } = project;
  for (const warning of [...(deliveryChoice.warning ? [deliveryChoice.warning] : []), ...warnings]) talk.warn(warning);
  for (const line of deliveryLines) talk.note(line);
  // Without older deploys, they are the files of the last line.
  if (copies.older.length > 0) talk.note(`next build will serve ${describeCopies(copies)}`);
  talk.done(summarizeBuild(project, built));
  return 0;
}
