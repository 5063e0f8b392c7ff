import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { isSmartCacheError, newWarningsOnly } from '../../core/errors.js';
import { compareManifests, type Manifest, type ManifestChanges } from '../../core/manifest-document.js';
import { formatBytes, formatCount } from '../../core/message-text.js';
import { type BuiltManifest, buildManifest } from '../../pipeline/build-manifest.js';
import { deploysWith, readDeploys, type ServedDeploys } from '../../pipeline/deploys.js';
import type { Project } from '../../pipeline/project.js';
import { describeCopies, measureCopies, warnOfUpload } from '../../pipeline/served-files.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, HASHING, printableJson, withProgress } from '../terminal.js';

export const buildCommand: CliCommand = {
  name: 'build',
  summary: 'hash every file of public/ and write the manifest',
  description:
    'Hashes every file of public/, copies it into the store and writes .smart-cache/manifest.json. Run it as the "prebuild" script. ' +
    'It does not read unchanged files again, and warns about references that point to no file.',
  failsWhen: 'public/ or next.config cannot be used, or a file cannot be written; the old manifest stays',
  examples: [
    ['build', 'before "next build"'],
    ['build --json', 'the number of files, and the warnings, as data'],
  ],
  run: runBuild,
};

export const watchCommand: CliCommand = {
  name: 'watch',
  summary: 'build, and build again after every change in public/',
  description:
    'Does the same as "build", and again after every change in public/, until Ctrl-C. "next dev" does not need it: it is for other programs ' +
    'that read the manifest while you work. After an error, it builds again at the next change.',
  failsWhen: 'the first build fails; a later failure is only printed',
  examples: [
    ['watch', 'beside another development server'],
    ['watch --json', 'one line of JSON for each build'],
  ],
  run: runWatch,
};

async function runBuild({ root, json }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { onProgress }));
  const copies = measureCopies(project, built, readDeploys(project).length === 0 ? NO_DEPLOYS : deploysWith(project, built));
  const warnings = [...built.warnings, ...warnOfUpload(project, built, copies)];
  if (json) io.stdout(`${printableJson(toReport(project, { ...built, warnings }))}\n`);
  const reporter = createReporter(io);
  for (const notice of built.notices) reporter.note(notice);
  const { deliveryLines, deliveryChoice } = project;
  for (const warning of [...(deliveryChoice.warning ? [deliveryChoice.warning] : []), ...warnings]) reporter.warn(warning);
  for (const line of deliveryLines) reporter.note(line);
  // Without older deploys, the last line has the same numbers.
  if (copies.older.length > 0) reporter.note(`next build will serve ${describeCopies(copies)}`);
  reporter.done(summarize(project, built));
  return 0;
}

/** Before the first deploy, there is nothing to compare with. */
const NO_DEPLOYS: ServedDeploys = { deploys: [{}], files: [], notices: [] };

/** The output of `--json`. */
function toReport(project: Project, { manifest, changed, filesRead, warnings }: BuiltManifest) {
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

function summarize(project: Project, { manifest, plainPaths, changed, filesRead }: BuiltManifest): string {
  const count = Object.keys(manifest.assets).length;
  if (count === 0) return `${describeNone(project, plainPaths.length)}; ${changed ? 'wrote an empty' : 'nothing changed in the'} manifest`;
  const files = `${formatCount(count, 'file')}, ${formatBytes(totalBytes(manifest))}`;
  if (!changed) return `${files}: nothing changed`;
  return `${files} (${formatCount(filesRead)} read): wrote ${path.relative(project.root, project.manifestPath)}`;
}

/** @param kept how many files keep their name. */
function describeNone({ publicDir }: Project, kept: number): string {
  if (!fs.existsSync(publicDir)) return 'there is no public/, so there is no file to hash';
  if (kept === 0) return 'public/ has no file to hash';
  return `public/ has ${formatCount(kept, 'file')} and none to hash: all have fixed names, or "include" or "exclude" leaves them out`;
}

function totalBytes({ assets }: Manifest): number {
  return Object.values(assets).reduce((sum, { size }) => sum + size, 0);
}

async function runWatch({ root, json }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const reporter = createReporter(io);
  const selectNew = newWarningsOnly();
  const print = (document: object) => {
    if (json) io.stdout(`${printableJson(document, 0)}\n`);
  };
  const report = (built: BuiltManifest, changes: ManifestChanges, warnings = selectNew(built.warnings)) => {
    print({ ...toReport(project, built), ...changes });
    for (const warning of warnings) reporter.warn(warning);
  };

  let latest = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { onProgress }));
  let failure: string | undefined;
  for (const notice of latest.notices) reporter.note(notice);
  report(latest, compareManifests(EMPTY, latest.manifest));
  reporter.done(`${summarize(project, latest)}; watching public/ until Ctrl-C`);

  const buildAgain = () => {
    try {
      const built = buildManifest(project);
      const changes = compareManifests(latest.manifest, built.manifest);
      const line = describeChanges(changes);
      const warnings = selectNew(built.warnings);
      // Only a time stamp changed, or a file with a fixed name.
      if (line === '' && failure === undefined && warnings.length === 0) return;
      latest = built;
      failure = undefined;
      report(built, changes, warnings);
      reporter.done(line || 'built again; nothing changed');
    } catch (error) {
      if (!isSmartCacheError(error)) throw error;
      // Another program may write public/ file by file, and each of them repeats the error.
      if (failure === error.message) return;
      failure = error.message;
      print({ error: { code: error.code, ...error.parts } });
      reporter.error(error);
    }
  };
  // Only now, so that Ctrl-C ends the first build, which may be long, at once.
  const interruption = io.interruption();
  const { watchPublicFolder } = await import('../../pipeline/watcher.js');
  const watch = watchPublicFolder(project.publicDir, buildAgain, { keepAlive: true });
  try {
    await watch.ready;
    if (!interruption.aborted) await once(interruption, 'abort');
  } finally {
    await watch.close();
  }
  return 0;
}

const EMPTY: Manifest = { version: 1, algorithm: 'sha256', assets: {} };

const MAX_NAMES = 3;

/** `edited /css/site.css; added /a.js, /b.js and 12 more`; empty without changes. */
function describeChanges(changes: ManifestChanges): string {
  return (['edited', 'added', 'removed'] as const)
    .filter((kind) => changes[kind].length > 0)
    .map((kind) => {
      const names = changes[kind].slice(0, MAX_NAMES).join(', ');
      const others = changes[kind].length - MAX_NAMES;
      return `${kind} ${names}${others > 0 ? ` and ${formatCount(others)} more` : ''}`;
    })
    .join('; ');
}
