import fs from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { didYouMean } from '../../core/nearest-names.js';
import { formatCount } from '../../core/numbers.js';
import { buildManifest } from '../../pipeline/build-manifest.js';
import { findSourceProblems, type SourceProblem } from '../../pipeline/source/source-problems.js';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import { printableJson } from '../terminal/printable.js';
import { HASHING, withProgress } from '../terminal/progress.js';
import { createTalk } from '../terminal/talk.js';

export const checkCommand: CliCommand = {
  name: 'check',
  summary: 'for CI: whether manifest, options and the asset paths in the source hold',
  description:
    'Looks, without writing anything, whether the manifest is current, whether public/ has every asset path that the source gives to ' +
    'asset() and the components, and which files of public/ the source links under a URL without a hash. Loading next.config checks the options.',
  failsWhen: 'something of that does not hold; each is named with its file and line',
  examples: [
    ['check', 'in CI, after "next-smart-cache build"'],
    ['check --allow-unhashed', 'while an app is being moved over, link by link'],
    ["check --ignore 'templates/**' '*.tmpl.tsx'", 'what is no source of the app'],
  ],
  configure: (command) => {
    command
      .option('--allow-unhashed', 'only list the URLs without a hash')
      .option('--no-manifest', 'do not ask for a current manifest: where "next build" makes it')
      .option('--ignore <glob...>', "files and folders to leave out, such as code templates: globs relative to the app's folder", addGlob);
  },
  run: runCheck,
};

function addGlob(glob: string, before: readonly string[] = []): readonly string[] {
  if (/^\/*$/.test(glob)) throw new InvalidArgumentError('It must name files or a folder.');
  // A glob matches all but what stands behind such a "!", so that nothing would be looked at.
  if (/^(?:\.?\/)*!/.test(glob)) throw new InvalidArgumentError('It must not begin with "!": name what to leave out, not what to keep.');
  return [...before, glob];
}

async function runCheck({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { write: false, onProgress }));
  const { problems, unmatched } = await findSourceProblems(project, built, (options.ignore as string[] | undefined) ?? []);
  const manifest =
    options.manifest === false ? 'not asked' : !built.changed ? 'current' : fs.existsSync(project.manifestPath) ? 'outdated' : 'missing';
  const isAllowed = ({ kind }: SourceProblem) => kind === 'perhaps-missing' || (kind === 'unhashed' && options.allowUnhashed === true);
  const failures = problems.filter((problem) => !isAllowed(problem)).length + (['outdated', 'missing'].includes(manifest) ? 1 : 0);
  if (json) {
    const found = problems.map((problem) => ({ ...problem, allowed: isAllowed(problem) }));
    io.stdout(`${printableJson({ ok: failures === 0, manifest, problems: found, warnings: built.warnings })}\n`);
  }
  const talk = createTalk(io);
  for (const notice of built.notices) talk.note(notice);
  for (const warning of built.warnings) talk.warn(warning);
  for (const glob of unmatched) talk.note(`--ignore "${glob}" matches no file of the source`);
  for (const problem of problems) talk.failAt(placeOf(problem, io.cwd), describe(problem) + (isAllowed(problem) ? ' (allowed)' : ''));
  if (manifest === 'outdated' || manifest === 'missing') {
    if (built.deliveryBefore !== undefined) for (const line of project.deliveryLines) talk.note(line);
    const why =
      built.deliveryBefore === undefined
        ? ''
        : `: it is for ${built.deliveryBefore} delivery, and here it would be for ${project.delivery}`;
    talk.failAt(path.relative(io.cwd, project.manifestPath), `is ${manifest}${why}; run "next-smart-cache build"`);
  }
  const files = formatCount(Object.keys(built.manifest.assets).length, 'file');
  if (failures > 0) talk.fail(`${formatCount(failures, 'problem')}; ${files} in public/`);
  else if (problems.length > 0) talk.done(`all else holds; ${files} in public/`);
  else talk.done(`${files} checked, no problems`);
  return failures > 0 ? 1 : 0;
}

function placeOf({ file, line, column }: SourceProblem, cwd: string): string {
  return `${path.relative(cwd, file)}:${line}:${column}`;
}

function describe({ kind, site, written, assetPath, nearest, detail }: SourceProblem): string {
  switch (kind) {
    case 'missing':
    case 'perhaps-missing': {
      const guess = nearest?.length ? didYouMean(nearest) : 'add the file, or correct the path';
      return `${site}: public/ has no ${written}${kind === 'missing' ? '' : ', unless a route or a rewrite has it'}; ${guess}`;
    }
    case 'unhashed':
      return `${site}: ${written} is linked without a hash; ${advise(site ?? '', `asset('${assetPath}')`)}`;
    case 'unreadable':
      return `cannot be read: ${detail}`;
  }
}

/** @param call of `asset()`, with the path. */
function advise(site: string, call: string): string {
  if (/srcset>$/i.test(site)) return `write {\`\${${call}} …\`}, with its description`;
  switch (site.split(' ')[0]) {
    case '<script':
      return 'write <CachedScript>';
    case '<link':
      return 'write <CachedStyle>, or asset() if it is no stylesheet';
    case 'url()':
      return 'add next-smart-cache/postcss to the plugins of PostCSS';
    case 'style':
      return `write \`url(\${${call}})\`, as a template literal`;
    case 'metadata':
      return `write ${call}`;
    default:
      return `write {${call}}`;
  }
}
