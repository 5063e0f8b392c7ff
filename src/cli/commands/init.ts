import fs from 'node:fs';
import path from 'node:path';
import { formatCount } from '../../core/numbers.js';
import { replaceText } from '../../pipeline/disk/atomic-write.js';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import type { InitPlan } from '../init/plan.js';
import type { FileTags } from '../init/plan-tags.js';
import { printableJson } from '../terminal/printable.js';
import { createTalk } from '../terminal/talk.js';

export const initCommand: CliCommand = {
  name: 'init',
  summary: 'wire this package into an existing app',
  description:
    'Wraps next.config in withSmartCache(), adds the "prebuild" script to package.json and what this package writes to .gitignore, and lists the ' +
    'tags in the source that could become CachedScript, CachedStyle or asset(). In an app for Cloudflare or Netlify, it also shows the rule ' +
    'that public/_headers needs. Run twice, it changes nothing more.',
  failsWhen: 'the config has a form that has to be wrapped by hand; or a file cannot be read, and nothing is written',
  examples: [
    ['init --dry-run', 'what would be written'],
    ['init', 'wire the app, and list the tags'],
    ['init --apply', 'change the tags and public/_headers, too; look at the diff afterwards'],
  ],
  configure: (command) => {
    command.option('--apply', 'change the tags in the source, and add the rule to public/_headers').option('--dry-run', 'write nothing');
  },
  run: runInit,
};

async function runInit({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const { planInit } = await import('../init/plan.js');
  const plan = await planInit(root, options.apply === true, io);
  const isDry = options.dryRun === true;
  if (!isDry) {
    // An interrupt between two files, or within one, would leave half of it done, and a temporary file beside the source.
    io.interruption();
    for (const [file, text] of plan.writes) write(file, text);
  }
  if (json) io.stdout(`${printableJson(toReport(plan, isDry))}\n`);
  tell(plan, { isDry, isApplied: options.apply === true }, io);
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

function toReport({ writes, tags, configToWrap, configToRename, headers }: InitPlan, isDry: boolean) {
  const planned = [...writes.keys()];
  const configs = { configToWrap: configToWrap?.file ?? null, configToRename: configToRename?.file ?? null };
  const rule = headers && { headers: { hosts: headers.hosts, outcome: headers.outcome, messages: headers.messages } };
  return { written: isDry ? [] : planned, planned, ...configs, ...rule, tags };
}

function tell(plan: InitPlan, { isDry, isApplied }: { isDry: boolean; isApplied: boolean }, io: CommandIo): void {
  const talk = createTalk(io);
  const inCwd = (file: string) => path.relative(io.cwd, file);
  for (const { file, changes, obstacle } of plan.tags) {
    const byHand = obstacle === null ? '' : `  (by hand: ${obstacle})`;
    for (const { line, column, before, after } of changes)
      talk.failAt(`${inCwd(file)}:${line}:${column}`, `${before}  →  ${after}${byHand}`);
  }
  const count = (tags: readonly FileTags[]) => tags.reduce((sum, { changes }) => sum + changes.length, 0);
  const automatic = count(plan.tags.filter(({ obstacle }) => obstacle === null));
  const byHand = count(plan.tags) - automatic;
  if (automatic > 0 && !isApplied)
    talk.note(`${formatCount(automatic, 'link')} could be hashed; "next-smart-cache init --apply" changes them`);
  if (byHand > 0) talk.note(`${formatCount(byHand, 'link')} could be hashed, but must be changed by hand`);
  const files = [...plan.writes.keys()].map(inCwd).join(', ');
  if (files !== '') talk.done(`${isDry ? 'would write' : 'wrote'} ${files}`);
  else if (!plan.configToWrap && !plan.configToRename && (plan.headers?.outcome ?? 'present') === 'present')
    talk.done('all is wired already; nothing was written');
  if (!plan.isInstalled) talk.note('package.json does not name this package yet: npm install next-smart-cache');
  for (const message of plan.headers?.messages ?? []) talk.note(...message.split('\n'));
  if (plan.plainUrls > 0) talk.note(adviceToHashBundle(plan.plainUrls));
  if (plan.configToWrap) talk.fail(...adviceToWrap(inCwd(plan.configToWrap.file), plan.configToWrap));
  if (plan.configToRename) talk.note(adviceToRename(inCwd(plan.configToRename.file), plan.configToRename));
}

function adviceToHashBundle(plainUrls: number): string {
  const found = `stylesheets that Next bundles link ${formatCount(plainUrls, 'URL')} of public/ without a hash`;
  // The README is in the package; docs/ is not.
  const advice = `add 'next-smart-cache/postcss': {} to the plugins of PostCSS ("Components" in the README of next-smart-cache)`;
  return `${found}, and preloads of the same files stay so, too; ${advice}`;
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
