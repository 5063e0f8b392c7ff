import { once } from 'node:events';
import { formatCount, isSmartCacheError, newWarningsOnly } from '../../core/errors.js';
import { compareManifests, type Manifest, type ManifestChanges } from '../../core/manifest-document.js';
import { type BuiltManifest, buildManifest } from '../../pipeline/build-manifest.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createTalk, HASHING, printableJson, withProgress } from '../terminal.js';
import { reportBuild, summarizeBuild } from './build.js';

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
