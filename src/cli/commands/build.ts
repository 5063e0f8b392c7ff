import path from 'node:path';
import { type BuiltManifest, buildManifest } from '../../pipeline/build-manifest.js';
import type { Project } from '../../pipeline/project.js';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import { formatBytes, formatCount } from '../terminal/numbers.js';
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
  const built = buildManifest(project);
  if (json) io.stdout(`${JSON.stringify(toReport(project, built), null, 2)}\n`);
  const talk = createTalk(io);
  for (const warning of built.warnings) talk.warn(warning);
  talk.done(summarize(project, built));
  return 0;
}

function toReport(project: Project, { manifest, changed, filesRead, warnings }: BuiltManifest) {
  return {
    manifest: project.manifestPath,
    changed,
    files: Object.keys(manifest.assets).length,
    filesRead,
    bytes: totalBytes(manifest),
    warnings,
  };
}

function summarize(project: Project, { manifest, changed, filesRead }: BuiltManifest): string {
  const count = Object.keys(manifest.assets).length;
  if (count === 0) return `public/ holds no file to hash; ${changed ? 'wrote an empty' : 'nothing changed in the'} manifest`;
  const files = `${formatCount(count, 'file')}, ${formatBytes(totalBytes(manifest))}`;
  if (!changed) return `${files}: nothing changed`;
  return `${files} (${formatCount(filesRead)} read): wrote ${path.relative(project.root, project.manifestPath)}`;
}

function totalBytes({ assets }: BuiltManifest['manifest']): number {
  return Object.values(assets).reduce((sum, { size }) => sum + size, 0);
}
