import fs from 'node:fs';
import path from 'node:path';
import { formatBytes, formatCount } from '../../core/errors.js';
import { type BuiltManifest, buildManifest } from '../../pipeline/build-manifest.js';
import { deploysWith } from '../../pipeline/deploys.js';
import type { Project } from '../../pipeline/project.js';
import { describeCopies, measureCopies, warnOfUpload } from '../../pipeline/upload.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createTalk, HASHING, printableJson, withProgress } from '../terminal.js';

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

/** A build as data: what `--json` prints. */
export function reportBuild(project: Project, { manifest, changed, filesRead, warnings }: BuiltManifest) {
  return {
    manifest: project.manifestPath,
    delivery: project.delivery,
    changed,
    files: Object.keys(manifest.assets).length,
    filesRead,
    bytes: totalBytes(manifest),
    warnings,
  };
}

/** A build in one line. */
export function summarizeBuild(project: Project, { manifest, stablePaths, changed, filesRead }: BuiltManifest): string {
  const count = Object.keys(manifest.assets).length;
  if (count === 0) return `${describeNone(project, stablePaths.length)}; ${changed ? 'wrote an empty' : 'nothing changed in the'} manifest`;
  const files = `${formatCount(count, 'file')}, ${formatBytes(totalBytes(manifest))}`;
  if (!changed) return `${files}: nothing changed`;
  return `${files} (${formatCount(filesRead)} read): wrote ${path.relative(project.root, project.manifestPath)}`;
}

/** @param kept how many files keep their name. */
function describeNone({ publicDir }: Project, kept: number): string {
  if (!fs.existsSync(publicDir)) return 'there is no public/, and so no file to hash';
  if (kept === 0) return 'public/ holds no file to hash';
  return `public/ holds ${formatCount(kept, 'file')} and none to hash: they have to keep their names, or "include" or "exclude" leaves them out`;
}

function totalBytes({ assets }: BuiltManifest['manifest']): number {
  return Object.values(assets).reduce((sum, { size }) => sum + size, 0);
}
