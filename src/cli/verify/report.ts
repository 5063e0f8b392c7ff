import { formatCount, listFew } from '../../core/message-text.js';
import { createColors } from '../colors.js';
import type { CommandIo } from '../command.js';
import { createReporter, printable } from '../terminal.js';
import { quoteForShell } from './site-url.js';

/** The output of `--json`. */
export interface SiteReport {
  /** The URL as the user typed it, without a password. */
  url: string;
  finalUrl: string;
  redirects: readonly Redirect[];
  page: Judged;
  assets: readonly (Judged & { kind: 'hashed' | 'plain' | 'other-hash' })[];
  coverage: SiteCoverage;
  notAsked: NotAsked;
  /** Whether no check failed. */
  ok: boolean;
}

export interface Redirect {
  url: string;
  status: number;
  location: string;
}

export interface Judged {
  url: string;
  /** `null`: no answer. */
  status: number | null;
  cacheControl: string | null;
  verdicts: readonly Verdict[];
}

/** How many of the public files that a page loads have a hashed URL. */
export interface SiteCoverage {
  hashed: number;
  /** Public files that were requested and exist, each once. */
  total: number;
  /** The URLs of the others. */
  plain: readonly string[];
  /** Why those have no hash, and the edit that gives them one. */
  reasons: readonly { why: string; fix: string; urls: readonly string[] }[];
}

/** URLs that were not requested. */
export interface NotAsked {
  /** How many belong to Next or to the host. */
  framework: number;
  /** How many are pages and routes, which are not public files. */
  routes: number;
  /** How many are on other origins. */
  elsewhere: number;
  /** URLs among `elsewhere` that have the form of a hashed URL. */
  hashedElsewhere: readonly string[];
  /** How many exceed `--max-assets`. */
  beyondLimit: number;
}

export type Verdict =
  | { check: Check; ok: true; detail: string /** Worth knowing, but not a fault of this package. */; advice?: string }
  | { check: Check; ok: false; fault: Fault; detail: string; fix: string };

/** The checks, by the names that `--json` uses. */
type Check =
  /** A complete answer arrives. */
  | 'answer'
  | 'status'
  | 'content-type'
  /** `Cache-Control`, `Expires`, `Vary` and `Set-Cookie` are right for this kind of URL. */
  | 'header'
  /** The hash in the URL matches the bytes. */
  | 'hash'
  /** The `integrity` attribute matches them too. */
  | 'integrity'
  /** Caches may not reuse the answer to a made-up hash. */
  | 'made-up-hash'
  /** A valid hash below the path of the page makes no page cacheable. */
  | 'hash-on-page'
  /** No cache in front kept an answer against its headers. */
  | 'cdn'
  /** The page loads files by hashed URLs. */
  | 'hashed-urls';

/** The faults by their names in the table, each with the check that it fails and the first part of its message. */
const FAULTS = {
  'no answer': ['answer', 'The answer is missing or incomplete'],
  'redirect not followed': ['answer', 'A redirect was not followed'],
  'rewrites ignored': ['status', 'The host does not apply the rewrites of hashed URLs'],
  'wrong status': ['status', 'The status is not 200'],
  'wrong type': ['content-type', 'The Content-Type is wrong'],
  'kept too long': ['header', 'Browsers keep this page, with the URLs of old files'],
  'not immutable': ['header', 'The Cache-Control of a hashed URL is wrong'],
  'never reused': ['header', 'No cache can reuse this file'],
  'shared cookie': ['header', 'A cache gives the cookie of one visitor to others'],
  'wrong bytes': ['hash', 'The hash in the URL does not match the bytes'],
  'wrong integrity': ['integrity', 'The integrity attribute does not match the bytes, so browsers refuse the file'],
  'stale hash breaks': ['made-up-hash', 'A request with a made-up hash fails'],
  'stale hash kept': ['made-up-hash', 'Caches may keep the answer to a made-up hash'],
  'page kept as file': ['hash-on-page', 'Caches may keep a page under the name of a file'],
  'kept by a cache': ['cdn', 'A cache in front keeps an answer that it must not keep'],
  'no hash': ['hashed-urls', 'The page loads no file by a hashed URL'],
} as const satisfies Record<string, readonly [Check, string]>;

type Fault = keyof typeof FAULTS;

export function pass(check: Check, detail: string): Verdict {
  return { check, ok: true, detail };
}

/** Passes with a note, which never changes the exit code. */
export function advise(check: Check, detail: string, advice: string): Verdict {
  return { check, ok: true, detail, advice };
}

export function fail(fault: Fault, detail: string, fix: string): Verdict {
  return { check: FAULTS[fault][0], ok: false, fault, detail, fix };
}

/** A person reads only the first few names of a long list. */
const MAX_LISTED = 5;

/** Prints a report for people: the table on stdout, everything else on stderr. Escapes all texts of the site. */
export function printReport(report: SiteReport, io: CommandIo, { hasTable }: { hasTable: boolean }): void {
  const reporter = createReporter(io);
  const { redirects, page, assets, coverage, notAsked } = report;
  if (hasTable && page.status !== null) io.stdout(renderTable(report, io.terminal.hasColorsOnStdout ?? false));
  for (const { url, status, location } of redirects) reporter.note(`${printable(url)} redirects to ${printable(location)} (${status})`);
  for (const { verdict, where } of groupByFix([page, ...assets])) {
    const detail = printable(verdict.detail);
    if (!verdict.ok) reporter.warn({ what: FAULTS[verdict.fault][1], where, why: detail, fix: printable(verdict.fix) });
    else if (verdict.advice) reporter.note(`${where}: ${detail}; ${printable(verdict.advice)}`);
  }
  const failed = assets.filter(({ kind, status }) => kind !== 'hashed' && status !== null && status >= 400).length;
  if (failed > 0) reporter.note(`${formatCount(failed, 'plain URL')} answered with an error; see the table`);
  if (notAsked.beyondLimit > 0) reporter.note(`${formatCount(notAsked.beyondLimit, 'more file')} not checked; raise --max-assets`);
  for (const line of describeOtherOrigins(report)) reporter.note(line);
  for (const { why, fix, urls } of coverage.reasons) {
    const files = `${formatCount(urls.length)} of ${formatCount(coverage.total, 'public file')} that this page loads`;
    const where = listFew(
      urls.map((url) => shorten(url, report)),
      MAX_LISTED,
    );
    reporter.warn({ what: `${files} ${urls.length === 1 ? 'has' : 'have'} no hash in the URL`, where, why, fix });
  }
  reporter[report.ok ? 'done' : 'fail'](summarize(report));
}

function summarize({ page, assets, coverage, notAsked, ok }: SiteReport): string {
  const { hashed, total } = coverage;
  const url = printable(page.url);
  if (page.verdicts.some(({ check, ok }) => !ok && ['answer', 'content-type'].includes(check))) return `${url}: not verified`;
  const files = formatCount(total, notAsked.beyondLimit > 0 ? 'checked public file' : 'public file');
  const loaded =
    total === 0
      ? 'this page loads no public file from its own origin'
      : `${formatCount(hashed)} of ${files} that this page loads ${total === 1 ? 'is' : 'are'} hashed`;
  const faulty = [page, ...assets].filter(({ verdicts }) => verdicts.some((verdict) => !verdict.ok)).length;
  if (!ok) return `${url}: ${loaded}; ${formatCount(faulty, 'URL')} ${faulty === 1 ? 'has' : 'have'} a fault`;
  if (hashed === 0) return `${url}: ${loaded}, so no hashed URL was checked`;
  return `${url}: ${loaded}; no faults in ${formatCount(hashed, 'hashed file')}`;
}

function describeOtherOrigins({ url, notAsked }: SiteReport): string[] {
  const counts = new Map<string, number>();
  for (const { origin } of notAsked.hashedElsewhere.map((hashed) => new URL(hashed))) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  const command = `next-smart-cache verify ${printable(quoteForShell(url))}`;
  const lines = [...counts].slice(0, MAX_LISTED).map(([origin, count]) => {
    const urls = `${formatCount(count, 'URL')} with a hash on ${printable(origin)} not checked, because it is another origin`;
    return `${urls}; if it is your cdnPrefix: ${command} --origin ${printable(origin)}`;
  });
  const left = counts.size - lines.length;
  return left > 0 ? [...lines, `URLs with a hash on ${formatCount(left, 'more origin')} not checked; --json lists them`] : lines;
}

/** Groups verdicts that many files have in common. */
function groupByFix(judged: readonly Judged[]): { verdict: Verdict; where: string }[] {
  const groups = new Map<string, { verdict: Verdict; url: string; others: number }>();
  for (const { url, verdicts } of judged) {
    for (const verdict of verdicts) {
      const key = verdict.ok ? `${verdict.check}\n${verdict.advice}` : `${verdict.fault}\n${verdict.fix}`;
      const known = groups.get(key);
      if (known) known.others++;
      else groups.set(key, { verdict, url, others: 0 });
    }
  }
  return [...groups.values()].map(({ verdict, url, others }) => ({
    verdict,
    where: printable(url) + (others > 0 ? ` (and ${formatCount(others)} more)` : ''),
  }));
}

/** One line for the page and for each file. URLs are last, because they may be of any length. */
function renderTable(report: SiteReport, hasColors: boolean): string {
  const { dim, green, red, yellow } = createColors(hasColors);
  const unhashed = new Set(report.coverage.plain);
  const rows = [
    ['', 'status', 'verdict', 'URL'],
    ['page', String(report.page.status), verdictOf(report.page), printable(report.page.url)],
    ...report.assets.map((asset) => [
      asset.kind === 'other-hash' ? 'other' : asset.kind,
      String(asset.status ?? 'none'),
      asset.kind === 'hashed' ? verdictOf(asset) : plainVerdictOf(asset, unhashed),
      shorten(asset.url, report),
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row, index) => `${row.map((cell, column) => paint(cell, column, index === 0)).join('  ')}\n`).join('');

  function paint(cell: string, column: number, isTitle: boolean): string {
    const padded = cell.padEnd(widths[column] ?? 0);
    if (isTitle || cell === '-') return dim(padded);
    if (column !== 2) return padded;
    return cell === 'ok' ? green(padded) : PLAIN_VERDICTS.has(cell) ? yellow(padded) : red(padded);
  }
}

function verdictOf({ verdicts }: Judged): string {
  return [...new Set(verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.fault])))].join(', ') || 'ok';
}

const PLAIN_VERDICTS: ReadonlySet<string> = new Set(['no hash', 'fixed name', 'own hash']);

function plainVerdictOf({ url, status, kind }: SiteReport['assets'][number], unhashed: ReadonlySet<string>): string {
  if (unhashed.has(url)) return 'no hash';
  if (status !== 200) return '-';
  return kind === 'plain' ? 'fixed name' : 'own hash';
}

/** Leaves out the origin of the page. */
function shorten(url: string, { finalUrl }: SiteReport): string {
  const { origin } = new URL(finalUrl);
  return printable(url.startsWith(`${origin}/`) ? url.slice(origin.length) : url);
}
