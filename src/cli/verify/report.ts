import { createColors } from 'picocolors';
import { formatCount } from '../../core/errors.js';
import type { CommandIo } from '../command.js';
import { createTalk, printable } from '../terminal.js';
import { shellWord } from './site-url.js';
import type { Judged, SiteReport } from './verify-site.js';

/** A person reads only the first few rows of a long list. */
const MAX_LISTED = 5;

/** Prints a report for people: the table on stdout, everything else on stderr. Whatever the site sent is escaped. */
export function printReport(report: SiteReport, io: CommandIo, { hasTable }: { hasTable: boolean }): void {
  const talk = createTalk(io);
  const { redirects, page, assets, coverage, notAsked } = report;
  if (hasTable && page.status !== null) io.stdout(renderTable(report, io.terminal.hasColorsOnStdout ?? false));
  for (const { url, status, location } of redirects) talk.note(`${printable(url)} redirects to ${printable(location)} (${status})`);
  for (const { verdict, where } of groupByFix([page, ...assets])) {
    const detail = printable(verdict.detail);
    if (!verdict.ok) talk.warn({ what: FAULTS[verdict.fault], where, why: detail, fix: printable(verdict.fix) });
    else if (verdict.advice) talk.note(`${where}: ${detail}; ${printable(verdict.advice)}`);
  }
  const failed = assets.filter(({ kind, status }) => kind !== 'hashed' && status !== null && status >= 400).length;
  if (failed > 0) talk.note(`${formatCount(failed, 'plain URL')} answered with an error; see the table`);
  if (notAsked.beyondLimit > 0) talk.note(`${formatCount(notAsked.beyondLimit, 'more file')} not looked at: --max-assets`);
  for (const line of describeOtherOrigins(report)) talk.note(line);
  for (const { why, fix, urls } of coverage.reasons) {
    talk.warn({
      what: `${formatCount(urls.length)} of ${formatCount(coverage.total, 'public file')} that this page loads ${urls.length === 1 ? 'has' : 'have'} no hash in the URL`,
      where: listFew(urls.map((url) => shorten(url, report))),
      why,
      fix,
    });
  }
  if (report.ok) talk.done(summarize(report));
  else talk.fail(summarize(report));
}

function summarize({ page, assets, coverage, notAsked, ok }: SiteReport): string {
  const { hashed, total } = coverage;
  const url = printable(page.url);
  const faulty = [page, ...assets].filter(({ verdicts }) => verdicts.some((verdict) => !verdict.ok)).length;
  if (page.verdicts.some(({ check, ok }) => !ok && ['answer', 'content-type'].includes(check))) return `${url}: not verified`;
  const more = notAsked.beyondLimit > 0 ? ', of those looked at,' : '';
  const loaded =
    total === 0
      ? 'this page loads no public file from its own origin'
      : `${formatCount(hashed)} of ${formatCount(total, 'public file')} that this page loads${more} ${total === 1 ? 'is' : 'are'} hashed`;
  if (!ok) return `${url}: ${loaded}; ${formatCount(faulty, 'URL')} ${faulty === 1 ? 'has' : 'have'} a fault`;
  if (hashed === 0) return `${url}: ${loaded}, so no hashed URL was checked`;
  if (hashed < total) return `${url}: ${loaded}; no fault in ${hashed === 1 ? 'that one' : `those ${formatCount(hashed)}`}`;
  return `${url}: ${loaded}, without a fault`;
}

function describeOtherOrigins({ url, notAsked }: SiteReport): string[] {
  const counts = new Map<string, number>();
  for (const { origin } of notAsked.hashedElsewhere.map((hashed) => new URL(hashed))) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  const lines = [...counts]
    .slice(0, MAX_LISTED)
    .map(
      ([origin, count]) =>
        `${formatCount(count, 'URL')} with a hash on ${printable(origin)} not asked: other origin; ` +
        `if it is your cdnPrefix: next-smart-cache verify ${printable(shellWord(url))} --origin ${printable(origin)}`,
    );
  const left = counts.size - lines.length;
  return left > 0 ? [...lines, `${formatCount(left, 'more origin')} with such URLs not asked; --json lists the URLs`] : lines;
}

interface Group {
  verdict: Verdict;
  /** The first URL, and how many more. */
  where: string;
}

/** Verdicts that many files have in common are one group. */
function groupByFix(judged: readonly Judged[]): Group[] {
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
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row, index) => row.map((cell, column) => paint(cell, column, index === 0)).join('  '))
    .map((line) => `${line}\n`)
    .join('');

  function paint(cell: string, column: number, isTitle: boolean): string {
    const padded = column === 3 ? cell : cell.padEnd(widths[column] ?? 0);
    if (isTitle || cell === '-') return dim(padded);
    if (column !== 2) return padded;
    return cell === 'ok' ? green(padded) : PLAIN_VERDICTS.has(cell) ? yellow(padded) : red(padded);
  }
}

/** Names what is wrong, not only that something is. */
function verdictOf({ verdicts }: Judged): string {
  return [...new Set(verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.fault])))].join(', ') || 'ok';
}

const PLAIN_VERDICTS: ReadonlySet<string> = new Set(['no hash', 'fixed name', 'own hash']);

function plainVerdictOf({ url, status, kind }: SiteReport['assets'][number], unhashed: ReadonlySet<string>): string {
  if (unhashed.has(url)) return 'no hash';
  if (status !== 200) return '-';
  return kind === 'plain' ? 'fixed name' : 'own hash';
}

/** Without the origin of the page. */
function shorten(url: string, { finalUrl }: SiteReport): string {
  const { origin } = new URL(finalUrl);
  return printable(url.startsWith(`${origin}/`) ? url.slice(origin.length) : url);
}

function listFew(texts: readonly string[]): string {
  const left = texts.length - MAX_LISTED;
  return texts.slice(0, MAX_LISTED).join(', ') + (left > 0 ? ` and ${formatCount(left)} more` : '');
}

/** The checks, by the names that `--json` uses. */
type Check =
  /** A complete answer arrives. */
  | 'answer'
  | 'status'
  | 'content-type'
  /** `Cache-Control`, `Expires`, `Vary` and `Set-Cookie` are right for this kind of URL. */
  | 'header'
  /** The hash in the URL is that of the bytes. */
  | 'hash'
  /** So is the `integrity` attribute. */
  | 'integrity'
  /** The same path with a hash that was never issued may not be reused. */
  | 'made-up-hash'
  /** A valid hash below the path of the page makes no page cacheable. */
  | 'hash-on-page'
  /** No cache in front kept what it must not keep. */
  | 'cdn'
  /** The page loads files by hashed URLs. */
  | 'hashed-urls';

export type Verdict =
  | { check: Check; ok: true; detail: string /** Worth knowing, but this package is not responsible for it. */; advice?: string }
  | { check: Check; ok: false; fault: Fault; detail: string; fix: string };

/** Each fault, as the table names it, and as the first part of a message. */
const FAULTS = {
  'no answer': 'There is no complete answer',
  'redirect not followed': 'A redirect was not followed',
  'rewrites ignored': 'The host does not apply the rewrites of hashed URLs',
  'wrong status': 'The status is not 200',
  'wrong type': 'The Content-Type is wrong',
  'kept too long': 'Browsers keep this page, and with it the URLs of old files',
  'not immutable': 'The Cache-Control of a hashed URL is wrong',
  'never reused': 'No cache can reuse this file',
  'shared cookie': 'A cache gives the cookie of one visitor to others',
  'wrong bytes': 'The hash in the URL is not that of the bytes',
  'wrong integrity': 'The integrity attribute is not that of the bytes, so browsers refuse the file',
  'stale hash breaks': 'A hash that was never issued has no usable answer',
  'stale hash kept': 'A hash that was never issued may be cached',
  'page kept as file': 'A page may be cached under the name of a file',
  'kept by a cache': 'A cache in front kept what it must not keep',
  'no hash': 'The page loads no file by a hashed URL',
} as const;

type Fault = keyof typeof FAULTS;

export function holds(check: Check, detail: string): Verdict {
  return { check, ok: true, detail };
}

/** Makes a verdict of something that is not a fault of a hashed site. It never changes the exit code. */
export function advises(check: Check, detail: string, advice: string): Verdict {
  return { check, ok: true, detail, advice };
}

export function fails(check: Check, fault: Fault, detail: string, fix: string): Verdict {
  return { check, ok: false, fault, detail, fix };
}
