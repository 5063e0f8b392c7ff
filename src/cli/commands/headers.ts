import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, printableJson } from '../terminal.js';

export const headersCommand: CliCommand = {
  name: 'headers',
  summary: 'print the _headers rule for Cloudflare and Netlify',
  description:
    'Prints the rule for a _headers file that makes all files in /_next/static immutable. Static delivery puts the hashed files there. ' +
    'Without the rule, browsers request each of them from Cloudflare on every page view. "init" adds the rule to public/_headers.',
  failsWhen: 'next.config or the wrangler configuration cannot be read',
  examples: [
    ['headers >> public/_headers', 'add the rule by hand'],
    ['headers > .open-next/assets/_headers', 'after "opennextjs-cloudflare build" of an app with basePath'],
    ['headers --json', 'the rule as data'],
  ],
  run: runHeaders,
};

async function runHeaders({ root, json }: Invocation, io: CommandIo): Promise<ExitCode> {
  // On demand: no other command reads the configuration of hosts.
  const { headersRule, printHeadersRule } = await import('../headers/headers-file.js');
  const { findHeadersHosts } = await import('../headers/headers-hosts.js');
  const { delivery, options, prefixes, isExport } = await io.loadProject(root);
  const rule = headersRule(prefixes.basePath);
  const { obstacle, note } = findHeadersHosts({ root, basePath: prefixes.basePath, isExport });
  io.stdout(json ? `${printableJson({ rules: [rule] })}\n` : printHeadersRule(rule));
  const reporter = createReporter(io);
  for (const text of [obstacle, note]) if (text !== undefined) reporter.note(text);
  if (delivery === 'rewrite') reporter.note(options.delivery === 'rewrite' ? RULE_FOR_NEXT_ALONE : RULE_FOR_OTHER_BUILD);
  return 0;
}

const RULE_FOR_NEXT_ALONE =
  `delivery is "rewrite", so the rule is for Next's own files only: no rule can tell a right hash from a stale one; ` +
  'on a host that reads _headers, remove "delivery" from the options of withSmartCache';

const RULE_FOR_OTHER_BUILD =
  'on this machine, delivery is "rewrite" and hashed URLs do not need the rule; a build on Cloudflare or Netlify uses static delivery, which needs it';
