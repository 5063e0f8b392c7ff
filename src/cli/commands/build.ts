import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { formatBytes, formatCount, isSmartCacheError, newWarningsOnly } from '../../core/errors.js';
import { compareManifests, type Manifest, type ManifestChanges } from '../../core/manifest-document.js';
import { type BuiltManifest, buildManifest } from '../../pipeline/build-manifest.js';
import { deploysWith } from '../../pipeline/deploys.js';
import type { Project } from '../../pipeline/project.js';
import { describeCopies, measureCopies, warnOfUpload } from '../../pipeline/served-files.js';
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
function reportBuild(project: Project, { manifest, changed, filesRead, warnings }: BuiltManifest) {
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
function summarizeBuild(project: Project, { manifest, stablePaths, changed, filesRead }: BuiltManifest): string {
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

export const watchCommand: CliCommand = {
  name: 'watch',
  summary: 'build, and build again after every change in public/',
  description:
    'Does what "build" does, and again after every change in public/, until it is interrupted with Ctrl-C. "next dev" needs no help from it: ' +
    'it is for what else reads the manifest while you work. An error is said, and the next change tries again.',
  failsWhen: 'the first build fails; later ones only say so',
  examples: [
    ['watch', 'beside another development server'],
    ['watch --json', 'one line of JSON for each build'],
  ],
  run: runWatch,
};

async function runWatch({ root, json }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const talk = createTalk(io);
  const saysNew = newWarningsOnly();
  const print = (document: object) => {
    if (json) io.stdout(`${printableJson(document, 0)}\n`);
  };
  const report = (built: BuiltManifest, changes: ManifestChanges, warnings = saysNew(built.warnings)) => {
    print({ ...reportBuild(project, built), ...changes });
    for (const warning of warnings) talk.warn(warning);
  };

  let latest = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { onProgress }));
  let failure: string | undefined;
  for (const notice of latest.notices) talk.note(notice);
  report(latest, compareManifests(EMPTY, latest.manifest));
  talk.done(`${summarizeBuild(project, latest)}; watching public/ until Ctrl-C`);

  const buildAgain = () => {
    try {
      const built = buildManifest(project);
      const changes = compareManifests(latest.manifest, built.manifest);
      const line = describeChanges(changes);
      const warnings = saysNew(built.warnings);
      // A file was touched, or one that keeps its name edited.
      if (line === '' && failure === undefined && warnings.length === 0) return;
      latest = built;
      failure = undefined;
      report(built, changes, warnings);
      talk.done(line || 'built again; nothing changed');
    } catch (error) {
      if (!isSmartCacheError(error)) throw error;
      // Such as public/ being written anew, file by file, while one of them is wrong.
      if (failure === error.message) return;
      failure = error.message;
      print({ error: { code: error.code, ...error.parts } });
      talk.error(error);
    }
  };
  // Asked for no earlier: the first build, which may be long, can be ended at once.
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

/** How many are named before they are counted. */
const NAMED = 3;

/** `edited /css/site.css; added /a.js, /b.js and 12 more`; empty when nothing has changed. */
function describeChanges(changes: ManifestChanges): string {
  return (['edited', 'added', 'removed'] as const)
    .filter((kind) => changes[kind].length > 0)
    .map((kind) => {
      const names = changes[kind].slice(0, NAMED).join(', ');
      const others = changes[kind].length - NAMED;
      return `${kind} ${names}${others > 0 ? ` and ${formatCount(others)} more` : ''}`;
    })
    .join('; ');
}
