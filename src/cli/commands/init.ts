import fs from 'node:fs';
import path from 'node:path';
import { formatCount } from '../../core/errors.js';
import { replaceText } from '../../disk/files.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import type { InitPlan } from '../init/plan-init.js';
import { createTalk, printableJson } from '../terminal.js';

export const initCommand: CliCommand = {
  name: 'init',
  summary: 'wire this package into an existing app',
  description:
    'Wraps next.config in withSmartCache(), adds the "prebuild" script to package.json, names the JSX runtime in tsconfig.json or ' +
    'jsconfig.json, and adds what this package writes to .gitignore. It also adds a plugin to the PostCSS config of the app, if there ' +
    'is one, and the rule that public/_headers needs for Cloudflare or Netlify. Your own source stays as it is. Run twice, it changes ' +
    'nothing more.',
  failsWhen: 'the config has a form that has to be wrapped by hand; or a file cannot be read, and nothing is written',
  examples: [
    ['init --dry-run', 'what would be written'],
    ['init', 'wire the app'],
  ],
  configure: (command) => {
    command.option('--dry-run', 'write nothing');
  },
  run: runInit,
};

async function runInit({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const { planInit } = await import('../init/plan-init.js');
  const plan = await planInit(root, io);
  const isDry = options.dryRun === true;
  if (!isDry) {
    // An interrupt between two files, or within one, would leave half of it done, and a temporary file beside the source.
    io.interruption();
    for (const { file, text } of plan.writes) write(file, text);
  }
  if (json) io.stdout(`${printableJson(toReport(plan, isDry))}\n`);
  tell(plan, isDry, io);
  return plan.configToWrap === undefined ? 0 : 1;
}

/** In one step, and with the rights that the file has. */
function write(file: string, text: string): void {
  const mode = fs.statSync(file, { throwIfNoEntry: false })?.mode;
  // An editor's link leads to the file that is meant.
  const target = mode === undefined ? file : fs.realpathSync(file);
  replaceText(target, text);
  if (mode !== undefined) fs.chmodSync(target, mode);
}

function toReport({ writes, jsx, postcss, otherRuntimes, configToWrap, configToRename, headers }: InitPlan, isDry: boolean) {
  const planned = writes.map(({ file }) => file);
  const configs = { configToWrap: configToWrap?.file ?? null, configToRename: configToRename?.file ?? null };
  const rule = headers && { headers: { hosts: headers.hosts, outcome: headers.outcome, messages: headers.messages } };
  return {
    written: isDry ? [] : planned,
    planned,
    ...configs,
    jsx: outcomeOf(jsx),
    ...(postcss && { postcss: outcomeOf(postcss) }),
    otherRuntimes,
    ...rule,
  };
}

function outcomeOf({ file, outcome, message }: InitPlan['jsx']) {
  return { file, outcome, ...(message && { message }) };
}

function tell(plan: InitPlan, isDry: boolean, io: CommandIo): void {
  const { found, writes, publicFiles, jsx, postcss, otherRuntimes, headers, configToWrap, configToRename, isInstalled } = plan;
  const talk = createTalk(io);
  const inCwd = (file: string) => path.relative(io.cwd, file);
  const files = publicFiles === undefined ? 'no public/ yet' : `${formatCount(publicFiles, 'file')} in public/`;
  talk.note(`found ${[...found.map(inCwd), files].join(', ')}`);
  for (const { file, line, message } of otherRuntimes) talk.failAt(inCwd(file) + (line === undefined ? '' : `:${line}`), message);
  const isLeft = configToWrap ?? configToRename ?? [jsx, postcss, headers].some((each) => each?.outcome === 'by-hand');
  const changes = writes.map(({ file, change }) => `${inCwd(file)} (${change})`).join(', ');
  if (changes !== '') talk.done(`${isDry ? 'would write' : 'wrote'} ${changes}`);
  else talk.done(`${isLeft ? 'all else' : 'everything'} is wired already; nothing was written`);
  for (const message of [jsx.message, postcss?.message, ...(headers?.messages ?? [])])
    if (message !== undefined) talk.note(...message.split('\n'));
  if (configToRename) talk.note(adviceToRename(inCwd(configToRename.file), configToRename));
  if (configToWrap) talk.fail(...adviceToWrap(inCwd(configToWrap.file), configToWrap));
  const byHand = configToWrap ?? configToRename;
  const first = [...(isInstalled ? [] : ['npm install next-smart-cache']), ...(byHand ? [`change ${inCwd(byHand.file)} as above`] : [])];
  const next = isDry && changes !== '' ? ['run the command without --dry-run'] : [...first, 'npm run build, which ends with the coverage'];
  talk.note(`next: ${next.join(', then ')}`);
}

function adviceToWrap(file: string, { isModule }: NonNullable<InitPlan['configToWrap']>): string[] {
  const [load, give] = isModule
    ? ["import { withSmartCache } from 'next-smart-cache/config';", 'export default withSmartCache(nextConfig);']
    : ["const { withSmartCache } = require('next-smart-cache/config');", 'module.exports = withSmartCache(nextConfig);'];
  return [`${file} has a form that has to be wrapped by hand; write, with your own config for nextConfig:`, `  ${load}`, `  ${give}`];
}

function adviceToRename(file: string, { becomesModule }: NonNullable<InitPlan['configToRename']>): string {
  const change = becomesModule ? 'make an ES module of it, named next.config.mjs' : 'rename it to next.config.js';
  return `${file} is not read by Next, which refuses that name; ${change}`;
}
