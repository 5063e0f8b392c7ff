import { InvalidArgumentError } from 'commander';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, printableJson, VERIFYING, withProgress } from '../terminal.js';
import { printReport } from '../verify/report.js';

export const verifyCommand: CliCommand = {
  name: 'verify',
  summary: 'check the headers, bytes, hashes and CDN of a running site',
  description:
    'Requests a page of a running site, and the public files that it loads. Reports how many of them it loads by a hashed URL. Checks that ' +
    'caches may keep these URLs for a year, that each hash matches its bytes, and that caches may not keep the answer to a made-up hash. ' +
    'Finds caches in front of the site that keep such answers. Sends requests only to the origin of the URL and to those of --origin.',
  failsWhen: 'a check failed, or the site cannot be reached',
  examples: [
    ['verify https://example.com', 'after a deploy'],
    ['verify https://example.com --origin https://cdn.example.com', 'with "cdnPrefix"'],
    ['verify http://localhost:3000/shop --timeout 30', 'a slow page of "next start"'],
    ['verify https://example.com --json', 'every check of every file, as data'],
  ],
  isWithoutApp: true,
  configure(command) {
    command
      .argument('<url>', 'a page of the site')
      .option('--origin <url>', 'another origin that serves hashed URLs, such as a CDN; may be repeated', addOrigin)
      .option('--timeout <seconds>', 'limit for one answer; all answers together may take 30 times as long', parseTimeout, 10)
      .option('--max-assets <count>', 'how many files to check', parsePositive, 200)
      .option('--max-size <MB>', 'how large a file may be', parsePositive, 100)
      .option('--no-hash-check', 'do not compare hashes with bytes: for a "fingerprint" that is not made from the content');
  },
  run: runVerify,
};

interface VerifyOptions {
  origin?: string[];
  timeout: number;
  maxAssets: number;
  maxSize: number;
  hashCheck: boolean;
}

async function runVerify({ json, args, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  // On demand, because the other commands do not need Node's HTTP and TLS modules.
  const { verifySite } = await import('../verify/verify-site.js');
  const { origin, timeout, maxAssets, maxSize, hashCheck } = options as unknown as VerifyOptions;
  const interruption = io.interruption();
  const report = await withProgress(io, VERIFYING, (onProgress) =>
    verifySite(args[0] ?? '', {
      timeout: Math.max(1, Math.round(timeout * 1000)),
      origins: new Set(origin),
      maxAssets: Math.ceil(maxAssets),
      maxSize: maxSize * 1e6,
      checksHash: hashCheck,
      userAgent: `next-smart-cache/${io.version}`,
      interruption,
      onProgress,
    }),
  );
  if (interruption.aborted) {
    createReporter(io).fail('interrupted');
    return 1;
  }
  if (json) io.stdout(`${printableJson(report)}\n`);
  printReport(report, io, { hasTable: !json });
  return report.ok ? 0 : 1;
}

function addOrigin(text: string, before: readonly string[] = []): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidArgumentError('It must be an origin, such as https://cdn.example.com.');
  }
  return [...before, url.origin];
}

/** Seconds. Node fires a longer timer at once. */
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
