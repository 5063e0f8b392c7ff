// docs/PERFORMANCE.md: people write its text, and the benchmark writes the figures between markers such as
// `<!-- figures: table serving ^hashed -->` and `<!-- end -->`.
import { describeChart, makeCharts } from './charts.mjs';
import { formatCells } from './table.mjs';

const MARKED = /(<!-- figures: (.+) -->\n)[\s\S]*?(<!-- end -->)/g;
const NOT_MEASURED = 'Not measured yet.';

/**
 * @param results see {@link readResults}.
 * @returns the page with the figures of these results.
 * @throws {Error} if a marker is unknown, or has no end.
 */
export function fillPage(page, results) {
  const count = (pattern) => page.match(pattern)?.length ?? 0;
  if (count(/<!-- figures: /g) !== count(MARKED)) throw new Error('A marker "figures" of docs/PERFORMANCE.md has no marker "end"');
  return page.replace(MARKED, (_, start, request, end) => {
    const [kind, ...args] = request.split(' ');
    const write = WRITERS[kind];
    if (!write) throw new Error(`docs/PERFORMANCE.md asks for unknown figures: ${request}`);
    return `${start}${write(results, ...args)}\n${end}`;
  });
}

const WRITERS = {
  /** `plot NAME`. The text instead of the image has the figures, since the package has no images. */
  plot(results, name) {
    const chart = makeCharts(results).find((candidate) => candidate.name === name);
    if (!chart) return NOT_MEASURED;
    const alt = describeChart(chart).replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    const dark = `<source media="(prefers-color-scheme: dark)" srcset="performance/${name}.dark.svg">`;
    return `<picture>${dark}<img alt="${alt}" src="performance/${name}.light.svg"></picture>`;
  },

  /** `table GROUP PATTERN`: the rows of a group whose name matches. */
  table(results, group, ...pattern) {
    const rows = Object.entries(results[group]?.rows ?? {}).filter(([name]) => new RegExp(pattern.join(' ')).test(name));
    if (rows.length === 0) return NOT_MEASURED;
    const headings = Object.keys(rows[0][1]);
    return `${formatCells(
      ['', ...headings],
      rows.map(([name, cells]) => [name, ...headings.map((heading) => cells[heading])]),
    )}\n\nMeasured on ${results[group].date}.`;
  },

  /** `visits`: one line for each visit and site. */
  visits({ visits }) {
    if (!visits) return NOT_MEASURED;
    const lines = ['first', 'repeat', 'deploy'].flatMap((visit) => {
      const cell = (figure, way, column) => visits.rows[`${visit} visit, ${figure}, against ${way}`][column];
      const line = (label, way, column) => [visit, label, ...['time', 'requests', 'bytes'].map((figure) => cell(figure, way, column))];
      return [
        line('next-smart-cache', 'plain public/', 'ours'),
        ...['plain public/', '?v=BUILD', 'static imports'].map((way) => line(way, way, 'reference')),
      ];
    });
    return `${formatCells(['visit', 'site', 'time', 'requests', 'bytes'], lines)}\n\nMeasured on ${visits.date}.`;
  },

  /** `missed GROUP …`: the rows of these groups that miss their targets. */
  missed(results, ...groups) {
    const rows = groups.flatMap((group) => Object.entries(results[group]?.rows ?? {})).filter(([, { met }]) => met?.includes('no'));
    if (rows.length === 0) return 'All targets of the rows above are met.';
    return formatCells(
      ['', 'ours', 'reference', 'ratio', 'target'],
      rows.map(([name, { ours, reference, ratio, target }]) => [name, ours, reference, ratio, target]),
    );
  },
};
