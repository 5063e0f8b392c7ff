import { InvalidArgumentError } from 'commander';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createTalk, printableJson, VERIFYING, withProgress } from '../terminal.js';

export const verifyCommand: CliCommand = {
  name: 'verify',
  summary: 'look at a running site from outside: headers, bytes and hashes, CDN',
  description:
    'Asks a running site for a page and for the public files that it loads. Says how many of them it loads by a hashed URL, and checks ' +
    'those: cached for a year, with the bytes that the hash is of; a hash that was never issued is not cached. Also finds a cache in front ' +
    'that kept what it must not keep. Asks no origin but that of the URL and of --origin.',
  failsWhen: 'a check failed, or the site cannot be reached',
  examples: [
    ['verify https://example.com', 'after a deploy'],
    ['verify https://example.com --origin https://cdn.example.com', 'with "cdnPrefix"'],
    ['verify http://localhost:3000/shop --timeout 30', 'a page of "next start", which takes its time'],
    ['verify https://example.com --json', 'every check of every file, as data'],
  ],
  isWithoutApp: true,
  configure(command) {
    command
      .argument('<url>', 'a page of the site')
      .option('--origin <url>', 'another origin that serves hashed URLs, such as a CDN; may be repeated', addOrigin)
      .option('--timeout <seconds>', 'how long one answer may take; all of them together: 30 times as long', parseTimeout, 10)
      .option('--max-assets <count>', 'how many files are looked at', parsePositive, 200)
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
  const [{ verifySite }, { printReport }] = await Promise.all([import('../verify/verify-site.js'), import('../verify/report.js')]);
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
    createTalk(io).fail('interrupted');
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

/** Seconds. A timer of Node that is set to more fires at once. */
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
