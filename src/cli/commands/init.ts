import fs from 'node:fs';
import path from 'node:path';
import { formatCount } from '../../core/message-text.js';
import { replaceText } from '../../disk/files.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import type { InitPlan } from '../init/plan-init.js';
import type { FilePlan } from '../init/text-edits.js';
import { createReporter, printableJson } from '../terminal.js';

export const initCommand: CliCommand = {
  name: 'init',
  summary: 'set this package up in an existing app',
  description:
    'Wraps next.config in withSmartCache(), adds the "prebuild" script to package.json, sets "jsxImportSource" in tsconfig.json or ' +
    'jsconfig.json, and adds the generated files to .gitignore. If the app needs them, also adds a plugin to its PostCSS config, and a ' +
    'rule for Cloudflare or Netlify to public/_headers. Changes no source code. A second run changes nothing.',
  failsWhen: 'you have to wrap next.config by hand; or a file cannot be read, and nothing was written',
  examples: [
    ['init --dry-run', 'show the changes'],
    ['init', 'make them'],
  ],
  configure: (command) => {
    command.option('--dry-run', 'write nothing');
  },
  run: runInit,
};

async function runInit({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  // On demand: no other command edits the files of an app.
  const { planInit } = await import('../init/plan-init.js');
  const plan = await planInit(root, io);
  const isDry = options.dryRun === true;
  if (!isDry) {
    // From here on, Ctrl-C waits until all files are written.
    io.interruption();
    for (const { file, text } of plan.writes) write(file, text);
  }
  if (json) io.stdout(`${printableJson(toReport(plan, isDry))}\n`);
  printPlan(plan, isDry, io);
  return plan.configToWrap === undefined ? 0 : 1;
}

/** Replaces a file in one step, and keeps its permissions. */
function write(file: string, text: string): void {
  const mode = fs.statSync(file, { throwIfNoEntry: false })?.mode;
  // A symbolic link stays, and its target is replaced.
  const target = mode === undefined ? file : fs.realpathSync(file);
  replaceText(target, text);
  if (mode !== undefined) fs.chmodSync(target, mode);
}

/** The output of `--json`. */
function toReport({ writes, jsx, postcss, otherRuntimes, configToWrap, configToRename, headers }: InitPlan, isDry: boolean) {
  const planned = writes.map(({ file }) => file);
  const toOutcome = ({ file, outcome, message }: FilePlan) => ({ file, outcome, ...(message && { message }) });
  return {
    written: isDry ? [] : planned,
    planned,
    configToWrap: configToWrap?.file ?? null,
    configToRename: configToRename?.file ?? null,
    jsx: toOutcome(jsx),
    ...(postcss && { postcss: toOutcome(postcss) }),
    otherRuntimes,
    ...(headers && { headers: { hosts: headers.hosts, outcome: headers.outcome, messages: headers.messages } }),
  };
}

function printPlan(plan: InitPlan, isDry: boolean, io: CommandIo): void {
  const { found, writes, publicFiles, jsx, postcss, otherRuntimes, headers, configToWrap, configToRename, isInstalled, canReplaceStart } =
    plan;
  const reporter = createReporter(io);
  const inCwd = (file: string) => path.relative(io.cwd, file);
  const files = publicFiles === undefined ? 'no public/ yet' : `${formatCount(publicFiles, 'file')} in public/`;
  reporter.note(`found ${[...found.map(inCwd), files].join(', ')}`);
  for (const { file, line, message } of otherRuntimes) reporter.failAt(inCwd(file) + (line === undefined ? '' : `:${line}`), message);
  const byHand = configToWrap ?? configToRename;
  const isLeft = byHand !== undefined || [jsx, postcss, headers].some((each) => each?.outcome === 'by-hand');
  const changes = writes.map(({ file, change }) => `${inCwd(file)} (${change})`).join(', ');
  if (changes !== '') reporter.done(`${isDry ? 'would write' : 'wrote'} ${changes}`);
  else reporter.done(`${isLeft ? 'everything else' : 'everything'} is set up already; nothing was written`);
  for (const message of [jsx.message, postcss?.message, ...(headers?.messages ?? [])])
    if (message !== undefined) reporter.note(...message.split('\n'));
  if (configToRename) reporter.note(describeRename(inCwd(configToRename.file), configToRename));
  if (configToWrap) reporter.fail(...describeWrapping(inCwd(configToWrap.file), configToWrap));
  const first = [...(isInstalled ? [] : ['npm install next-smart-cache']), ...(byHand ? [`change ${inCwd(byHand.file)} as above`] : [])];
  const next = isDry && changes !== '' ? ['run the command without --dry-run'] : [...first, 'npm run build, which prints the coverage'];
  reporter.note(`next: ${next.join(', then ')}`);
  if (canReplaceStart)
    reporter.note(
      'faster: "next-smart-cache start" takes the place of "next start", and sends hashed files without Next; with "precompress: true" in the options, "next build" compresses them',
    );
}

function describeWrapping(file: string, { isModule }: NonNullable<InitPlan['configToWrap']>): string[] {
  const [load, wrap] = isModule
    ? ["import { withSmartCache } from 'next-smart-cache/config';", 'export default withSmartCache(nextConfig);']
    : ["const { withSmartCache } = require('next-smart-cache/config');", 'module.exports = withSmartCache(nextConfig);'];
  return [`${file} has a form that init cannot edit; write, with your own config in place of nextConfig:`, `  ${load}`, `  ${wrap}`];
}

function describeRename(file: string, { becomesModule }: NonNullable<InitPlan['configToRename']>): string {
  const change = becomesModule ? 'make it an ES module with the name next.config.mjs' : 'rename it to next.config.js';
  return `Next does not read a config with the name ${file}; ${change}`;
}
