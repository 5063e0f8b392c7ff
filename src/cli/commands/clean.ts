import fs from 'node:fs';
import path from 'node:path';
import { removalFailed } from '../../disk/files.js';
import type { Project } from '../../pipeline/project.js';
import { findWrittenFiles } from '../../pipeline/written-files.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, printableJson } from '../terminal.js';

export const cleanCommand: CliCommand = {
  name: 'clean',
  summary: 'remove what next-smart-cache has written',
  description:
    'Removes the manifest, the types, the store and the folders below the build that hold copies of it; nothing that somebody else has ' +
    'written, and nothing that a symbolic link outside the app leads to. The next build makes all of it again, but for the files of older deploys.',
  failsWhen: 'next.config cannot be loaded, or something was left: it cannot be removed, or is not known to be ours',
  examples: [
    ['clean', 'start anew'],
    ['clean --dry-run', 'what would be removed'],
  ],
  configure: (command) => command.option('--dry-run', 'say what would be removed, and remove nothing'),
  run: runClean,
};

async function runClean({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const { own, foreign } = findWrittenFiles(project);
  const isDryRun = options.dryRun === true;
  if (!isDryRun) for (const target of own) remove(target);
  if (json) io.stdout(`${printableJson({ dryRun: isDryRun, removed: own, left: foreign })}\n`);
  const reporter = createReporter(io);
  for (const problem of foreign) reporter.warn(problem);
  reporter.done(own.length === 0 ? 'nothing to remove' : `${isDryRun ? 'would remove' : 'removed'} ${namesOf(own, project)}`);
  return foreign.length === 0 ? 0 : 1;
}

function namesOf(own: readonly string[], { root }: Project): string {
  return own.map((target) => path.relative(root, target)).join(', ');
}

function remove(target: string): void {
  try {
    // Never through a link: of one below the folder, the link itself is removed.
    fs.rmSync(target, { recursive: true, force: true });
  } catch (error) {
    throw removalFailed(target, error);
  }
}
