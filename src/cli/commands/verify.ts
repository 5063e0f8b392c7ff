import { InvalidArgumentError } from 'commander';
import type { CliCommand, Invocation } from '../command.js';
import type { CommandIo, ExitCode } from '../command-io.js';
import { formatCount } from '../terminal/numbers.js';
import { printable, printableJson } from '../terminal/printable.js';
import { VERIFYING, withProgress } from '../terminal/progress.js';
import { createTalk } from '../terminal/talk.js';
import type { SiteReport } from '../verify/judge-site.js';

export const verifyCommand: CliCommand = {
  name: 'verify',
  summary: 'look at a running site from outside: headers, bytes and hashes, CDN',
  description:
    'Asks a running site for a page and for the files that it names, and says of each whether it is cached as it should be: ' +
    'hashed URLs for a year, with the bytes that the hash is of; hashes that were never issued, pages and plain URLs not. ' +
    'A cache in front that has kept what it must not is found too.',
  failsWhen: 'something does not hold, or the site cannot be reached',
  examples: [
    ['verify https://example.com', 'after a deploy'],
    ['verify http://localhost:3000/shop --timeout 30', 'a page of "next start", which takes its time'],
    ['verify https://example.com --json', 'every check of every file, as data'],
  ],
  isWithoutApp: true,
  configure(command) {
    command
      .argument('<url>', 'a page of the site')
      .option('--timeout <seconds>', 'how long one answer may take', parseTimeout, 10)
      .option('--max-assets <count>', 'how many files are looked at', parsePositive, 200)
      .option('--max-size <MB>', 'how large a file may be', parsePositive, 100)
      .option('--no-hash-check', 'do not compare hashes with bytes: for a "fingerprint" that is not made from the content');
  },
  run: runVerify,
};

interface VerifyOptions {
  timeout: number;
  maxAssets: number;
  maxSize: number;
  hashCheck: boolean;
}

async function runVerify({ json, args, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const { verifySite } = await import('../verify/verify-site.js');
  const { timeout, maxAssets, maxSize, hashCheck } = options as unknown as VerifyOptions;
  const interruption = io.interruption();
  const report = await withProgress(io, VERIFYING, (onProgress) =>
    verifySite(args[0] ?? '', {
      timeout: Math.max(1, Math.round(timeout * 1000)),
      maxAssets: Math.ceil(maxAssets),
      maxSize: maxSize * 1e6,
      checksHash: hashCheck,
      userAgent: `next-smart-cache/${io.version}`,
      interruption,
      onProgress,
    }),
  );
  const talk = createTalk(io);
  if (interruption.aborted) {
    talk.fail('interrupted');
    return 1;
  }
  await print(report, json, io);
  return report.ok ? 0 : 1;
}

async function print(report: SiteReport, json: boolean, io: CommandIo): Promise<void> {
  const talk = createTalk(io);
  if (json) io.stdout(`${printableJson(report)}\n`);
  else if (report.page.status !== null) {
    const { renderTable } = await import('../verify/site-table.js');
    io.stdout(renderTable(report, { hasColors: io.terminal.hasColorsOnStdout ?? false }));
  }
  const { toFindings } = await import('../verify/findings.js');
  for (const { url, status, location } of report.redirects) talk.note(`${printable(url)} leads to ${printable(location)} (${status})`);
  for (const finding of toFindings(report)) talk.warn(finding);
  const { beyondLimit } = report.notAsked;
  if (beyondLimit > 0) talk.note(`${formatCount(beyondLimit, 'more file')} not looked at: --max-assets`);
  if (report.ok) talk.done(summarize(report));
  else talk.fail(summarize(report));
}

function summarize({ page, assets, ok }: SiteReport): string {
  const hashed = assets.filter(({ kind }) => kind === 'hashed').length;
  const wrong = [page, ...assets].filter(({ verdicts }) => verdicts.some((verdict) => !verdict.ok)).length;
  const counts = `${formatCount(hashed, 'hashed file')}, ${formatCount(assets.length - hashed, 'other')}`;
  const url = printable(page.url);
  // Not ours to judge, but nobody means it.
  const failed = assets.filter(({ kind, status }) => kind !== 'hashed' && status !== null && status >= 400).length;
  const others = failed > 0 ? `; of the others, ${formatCount(failed, 'URL')} answered with an error` : '';
  return ok
    ? `${url}: ${counts}: all as it should be${others}`
    : `${url}: ${counts}: something does not hold for ${formatCount(wrong, 'URL')}`;
}

/** What a timer of Node can wait at most, in seconds; with more it rings at once. */
const MAX_TIMEOUT = (2 ** 31 - 1) / 1000;

function parseTimeout(text: string): number {
  const seconds = parsePositive(text);
  if (seconds > MAX_TIMEOUT) throw new InvalidArgumentError(`It must be at most ${MAX_TIMEOUT} seconds.`);
  return seconds;
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
