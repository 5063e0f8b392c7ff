import fs from 'node:fs';
import path from 'node:path';
import type { ErrorParts } from '../../core/errors.js';
import { DECLARATION_FILE, isAssetPathDeclaration } from '../../core/public-folder.js';
import { readTextIfThere, removalFailed } from '../../disk/files.js';
import type { Project } from '../../pipeline/project.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, printableJson } from '../terminal.js';

export const cleanCommand: CliCommand = {
  name: 'clean',
  summary: 'remove the manifest, the store and the types',
  description:
    'Removes the manifest, the store and the types. It follows no symbolic link out of the app. "next build" removes the copies in its own ' +
    'output, except with "cleanDistDir: false". The next build writes everything again, except the files of older deploys.',
  failsWhen: 'next.config cannot be loaded, or a file or folder stays, because it cannot be removed or another program may have made it',
  examples: [
    ['clean', 'remove all of it, for a fresh start'],
    ['clean --dry-run', 'list the files and folders to remove'],
  ],
  configure: (command) => command.option('--dry-run', 'list the files and folders to remove, and remove nothing'),
  run: runClean,
};

async function runClean({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const targets = findTargets(project).map((target) => ({ target, whyNot: whyNotOurs(target, project) }));
  const own = targets.filter(({ whyNot }) => whyNot === undefined).map(({ target }) => target);
  const left = targets.flatMap(({ target, whyNot }) => (whyNot === undefined ? [] : [leftAlone(target, whyNot)]));
  const isDryRun = options.dryRun === true;
  if (!isDryRun) for (const target of own) remove(target);
  if (json) io.stdout(`${printableJson({ dryRun: isDryRun, removed: own, left })}\n`);
  const reporter = createReporter(io);
  for (const problem of left) reporter.warn(problem);
  reporter.done(own.length === 0 ? 'nothing to remove' : `${isDryRun ? 'would remove' : 'removed'} ${namesOf(own, project)}`);
  return left.length === 0 ? 0 : 1;
}

/** Matches the declaration, and the temporary file of a killed build. */
const DECLARATION = new RegExp(`^${DECLARATION_FILE.replaceAll('.', '\\.')}(?<temporary>\\.\\d+-[0-9a-f]{12}\\.tmp)?$`);

/** Finds the files and folders with the names that this package uses. */
function findTargets({ root, outputDir, cacheDir }: Project): string[] {
  const declarations = fs.readdirSync(root).filter((name) => DECLARATION.test(name));
  const folders = [outputDir, cacheDir].filter((folder) => fs.lstatSync(folder, { throwIfNoEntry: false }));
  return [...declarations.map((name) => path.join(root, name)), ...folders];
}

/** A real folder of that name is ours with everything in it. A declaration is ours if it contains our header. */
function whyNotOurs(target: string, { root, outputDir, cacheDir }: Project): string | undefined {
  const stats = fs.lstatSync(target);
  if (stats.isSymbolicLink()) return 'it is a symbolic link, and next-smart-cache makes none';
  const isFolder = target === outputDir || target === cacheDir;
  if (isFolder !== stats.isDirectory()) return `it is not a ${isFolder ? 'folder' : 'file'}, and next-smart-cache writes one there`;
  if (isFolder) return whyOutside(target, root);
  const isOurs = DECLARATION.exec(path.basename(target))?.groups?.temporary !== undefined;
  if (isOurs || isAssetPathDeclaration(readTextIfThere(target) ?? '')) return undefined;
  return 'it does not contain the header that next-smart-cache writes';
}

/** A `distDir` beside the app is allowed; a symbolic link that points out of the app is not. */
function whyOutside(folder: string, root: string): string | undefined {
  const [realRoot, real] = [fs.realpathSync(root), fs.realpathSync(folder)];
  const isAsNamed = real === path.join(realRoot, path.relative(root, folder));
  if (isAsNamed || real.startsWith(realRoot + path.sep)) return undefined;
  return `a symbolic link on the way there points out of the app, to ${real}`;
}

function leftAlone(where: string, why: string): ErrorParts {
  return {
    what: 'A path was left, since next-smart-cache may not have written it',
    where,
    why,
    fix: `if nothing needs it, remove it by hand: rm -r ${JSON.stringify(where)}`,
  };
}

function namesOf(own: readonly string[], { root }: Project): string {
  return own.map((target) => path.relative(root, target)).join(', ');
}

function remove(target: string): void {
  try {
    // Symbolic links inside a folder are removed, and what they point to stays.
    fs.rmSync(target, { recursive: true, force: true });
  } catch (error) {
    throw removalFailed(target, error);
  }
}
