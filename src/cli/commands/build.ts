import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { isSmartCacheError, newWarningsOnly } from '../../core/errors.js';
import { compareManifests, type Manifest, type ManifestChanges } from '../../core/manifest-document.js';
import { formatBytes, formatCount, listFew } from '../../core/message-text.js';
import { nowNs } from '../../disk/hash-file.js';
import type { BuiltManifest } from '../../pipeline/build-manifest.js';
import type { ServedDeploys } from '../../pipeline/deploys.js';
import { type BuildSummary, findSameBuild, rememberBuild } from '../../pipeline/last-build.js';
import type { Project } from '../../pipeline/project.js';
import { type Scan, scanProject } from '../../pipeline/scan.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { loadPipeline } from '../load-pipeline.js';
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
  const scanAtNs = nowNs();
  const scan = scanProject(project);
  const same = findSameBuild(project, scan, io.version);
  const outcome =
    same === undefined ? await buildWith(project, scan, scanAtNs, io) : { ...same, ...UNCHANGED, line: describeUnchanged(same) };
  const { warnings, notices, olderCopies, line } = outcome;
  if (json) io.stdout(`${printableJson(toReport(project, outcome))}\n`);
  const reporter = createReporter(io);
  for (const notice of notices) reporter.note(notice);
  const { deliveryLines, deliveryChoice } = project;
  for (const warning of [...(deliveryChoice.warning ? [deliveryChoice.warning] : []), ...warnings]) reporter.warn(warning);
  for (const deliveryLine of deliveryLines) reporter.note(deliveryLine);
  if (olderCopies !== undefined) reporter.note(`next build will serve ${olderCopies}`);
  reporter.done(line);
  return 0;
}

const UNCHANGED = { changed: false, filesRead: 0, notices: [] as readonly string[] };

interface Outcome extends BuildSummary {
  changed: boolean;
  filesRead: number;
  notices: readonly string[];
  line: string;
}

async function buildWith(project: Project, scan: Scan, scanAtNs: bigint, io: CommandIo): Promise<Outcome> {
  const { buildManifest } = loadPipeline();
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { scan, onProgress }));
  const { describeCopies, measureCopies, warnOfUpload } =
    require('../../pipeline/served-files.js') as typeof import('../../pipeline/served-files.js');
  const { deploysWith, readDeploys } = require('../../pipeline/deploys.js') as typeof import('../../pipeline/deploys.js');
  const noDeploys: Pick<ServedDeploys, 'deploys' | 'files'> = { deploys: [{}], files: [] };
  const copies = measureCopies(project, built, readDeploys(project).length === 0 ? noDeploys : deploysWith(project, built));
  const outcome: Outcome = {
    ...toSummary(built),
    ...built,
    warnings: [...built.warnings, ...warnOfUpload(project, built, copies)],
    // Without older deploys, `line` already has these numbers.
    olderCopies: copies.older.length > 0 ? describeCopies(copies) : undefined,
    line: summarize(project, built),
  };
  rememberBuild(project, { scan, scanAtNs, manifest: built.manifest }, io.version, outcome);
  return outcome;
}

function toSummary({ manifest, warnings }: BuiltManifest): BuildSummary {
  return { files: Object.keys(manifest.assets).length, bytes: totalBytes(manifest), warnings };
}

/** The output of `--json`. */
function toReport(project: Project, { files, bytes, changed, filesRead, warnings }: Omit<Outcome, 'notices' | 'line'>) {
  return { manifest: project.manifestPath, delivery: project.delivery, changed, files, filesRead, bytes, warnings };
}

function summarize(project: Project, built: BuiltManifest): string {
  const { plainPaths, changed, filesRead } = built;
  const summary = toSummary(built);
  if (summary.files === 0)
    return `${describeNone(project, plainPaths.length)}; ${changed ? 'wrote an empty' : 'nothing changed in the'} manifest`;
  if (!changed) return describeUnchanged(summary);
  return `${describeFiles(summary)} (${formatCount(filesRead)} read): wrote ${path.relative(project.root, project.manifestPath)}`;
}

function describeUnchanged(summary: BuildSummary): string {
  return `${describeFiles(summary)}: nothing changed`;
}

function describeFiles({ files, bytes }: BuildSummary): string {
  return `${formatCount(files, 'file')}, ${formatBytes(bytes)}`;
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
  const { buildManifest } = loadPipeline();
  const reporter = createReporter(io);
  const selectNew = newWarningsOnly();
  const print = (document: object) => {
    if (json) io.stdout(`${printableJson(document, 0)}\n`);
  };
  const report = (built: BuiltManifest, changes: ManifestChanges, warnings = selectNew(built.warnings)) => {
    print({ ...toReport(project, { ...toSummary(built), ...built }), ...changes });
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
      // The event was about a time stamp or a file with a fixed name.
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
  // Handle Ctrl-C only from here on: it must end the first build at once, which may be long.
  const interruption = io.interruption();
  const { watchPublicFolder } = require('../../pipeline/watcher.js') as typeof import('../../pipeline/watcher.js');
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
    .map((kind) => `${kind} ${listFew(changes[kind], MAX_NAMES)}`)
    .join('; ');
}
