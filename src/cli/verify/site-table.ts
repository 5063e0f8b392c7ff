import { createColors } from 'picocolors';
import { printable } from '../terminal/printable.js';
import type { Judged, SiteReport } from './judge-site.js';
import type { Check } from './verdict.js';

/** Which checks a column shows, besides the status. */
const COLUMNS: readonly (readonly [title: string, checks: readonly Check[]])[] = [
  ['header', ['header']],
  ['hash', ['hash', 'integrity']],
  ['made-up hash', ['made-up-hash', 'hash-on-page']],
  ['CDN', ['cdn']],
];

const KINDS = { hashed: 'hashed', plain: 'plain', 'other-hash': 'other' } as const;

/** One line for the page and for each file. URLs come last, since they may be of any length. */
export function renderTable({ page, assets, finalUrl }: SiteReport, { hasColors }: { hasColors: boolean }): string {
  const { dim, green, red } = createColors(hasColors);
  const { origin } = new URL(finalUrl);
  const rows = [
    ['', 'status', ...COLUMNS.map(([title]) => title), 'URL'],
    ['page', ...cellsOf(page), printable(page.url)],
    ...assets.map((asset) => [
      KINDS[asset.kind],
      ...cellsOf(asset),
      printable(asset.url.startsWith(`${origin}/`) ? asset.url.slice(origin.length) : asset.url),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row, index) =>
    row.map((cell, column) => paint(column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0), index === 0)).join('  '),
  );
  return lines.map((line) => `${line}\n`).join('');

  function paint(cell: string, isTitle: boolean): string {
    if (isTitle || cell.trim() === '-') return dim(cell);
    const word = cell.trim();
    return word === 'FAIL' || / FAIL$/.test(word) ? red(cell) : word === 'ok' ? green(cell) : cell;
  }
}

function cellsOf({ status, verdicts }: Judged): string[] {
  const failing = (checks: readonly Check[]) => verdicts.some(({ check, ok }) => !ok && checks.includes(check));
  const isStatusWrong = failing(['answer', 'status', 'content-type', 'hashed-urls']);
  const columns = COLUMNS.map(([, checks]) => {
    if (failing(checks)) return 'FAIL';
    return verdicts.some(({ check }) => checks.includes(check)) ? 'ok' : '-';
  });
  return [[status ?? 'none', ...(isStatusWrong ? ['FAIL'] : [])].join(' '), ...columns];
}
