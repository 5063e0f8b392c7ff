// Rows → a Markdown table that is also readable on a terminal.
import { ratio as formatRatio } from './units.mjs';

const HEADINGS = ['', 'ours', 'reference', 'ratio', 'min–max', 'rounds', 'target', 'met'];

export function formatTable(rows) {
  const cells = rows.map(({ name, ours, reference, ratio, spread, rounds, target, isMet }) => [
    name,
    ours,
    reference,
    formatRatio(ratio),
    spread.every(Number.isFinite) ? spread.map(formatRatio).join('–') : '–',
    String(rounds),
    target,
    isMet === undefined ? '–' : isMet ? 'yes' : '**no**',
  ]);
  return formatCells(HEADINGS, cells);
}

/** Writes rows of texts as a table with columns of equal width. */
export function formatCells(headings, cells) {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(headings), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)].join('\n');
}
