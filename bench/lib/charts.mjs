// Makes the charts of docs/performance/ from the figures of RESULTS.md. Another module draws them.

const OURS = 'next-smart-cache start';

/**
 * @param results see {@link readResults}.
 * @returns the charts that have been measured: `name`, `title`, and `bars` with `group`, `label`, `value`, `text`, `isOurs`.
 * @throws {Error} if only a part of the rows of a chart is there.
 */
export function makeCharts(results) {
  return Object.entries(CHARTS).flatMap(([name, { title, axis, group, cells }]) => {
    const measured = results[group];
    const missing = cells.filter(({ row }) => !measured?.rows[row]);
    if (missing.length === cells.length) return [];
    if (missing.length > 0) throw new Error(`RESULTS.md has no row "${missing[0].row}" in "${group}", which a plot shows`);
    const bars = cells.map(({ row, column, ...cell }) => {
      const text = measured.rows[row][column];
      return { group: '', isOurs: column === 'ours', ...cell, value: parseQuantity(text), text };
    });
    return [{ name, title, axis, bars }];
  });
}

/** Describes the plot for readers who do not see it. */
export function describeChart({ title, bars }) {
  return `${title}: ${bars.map(({ group, label, text }) => `${group && `${group}, `}${label} ${text}`).join('; ')}.`;
}

const SMALL = 'hashed URL, 5 kB, against';
const SCRIPT = 'script, 273 kB, br, against';
const WAYS = { 'plain public/': 'plain paths', '?v=BUILD': '?v=BUILD', 'static imports': 'static imports' };

const CHARTS = {
  'hashed-url': {
    title: 'A file of 5 kB, requests per second on one core',
    axis: 'requests/s',
    group: 'serving',
    cells: [
      { label: 'next start, plain URL', row: `${SMALL} a plain file of next start`, column: 'reference' },
      { label: 'sirv', row: `${SMALL} sirv`, column: 'reference' },
      { label: OURS, row: `${SMALL} nginx`, column: 'ours' },
      { label: 'nginx', row: `${SMALL} nginx`, column: 'reference' },
    ],
  },
  script: {
    title: 'A script of 273 kB, compressed, requests per second on one core',
    axis: 'requests/s',
    group: 'serving',
    cells: [
      { label: 'next start, gzip', row: `${SCRIPT} next start with gzip`, column: 'reference' },
      { label: 'sirv, br', row: `${SCRIPT} sirv with br`, column: 'reference' },
      { label: `${OURS}, br`, row: `${SCRIPT} next start with gzip`, column: 'ours' },
    ],
  },
  'visits-time': {
    title: 'A page with 60 assets, time until everything is there (150 ms, 9 Mbit/s)',
    axis: 'seconds',
    group: 'visits',
    cells: visitCells('time'),
  },
  'visits-requests': {
    title: 'A page with 60 assets, requests that reach the server',
    axis: 'requests besides the page',
    group: 'visits',
    cells: visitCells('requests'),
  },
  build: {
    title: 'A cold build, whole process',
    axis: 'seconds',
    group: 'build',
    cells: ['@tabler/icons, 6,288 files', 'three, 1,277 files'].flatMap((tree) => [
      { group: tree, label: 'cp -r, then sha256sum', row: `cold build against cp -r, then sha256sum: ${tree}`, column: 'reference' },
      { group: tree, label: 'next-smart-cache build', row: `cold build against gulp-rev: ${tree}`, column: 'ours' },
      { group: tree, label: 'gulp-rev', row: `cold build against gulp-rev: ${tree}`, column: 'reference' },
    ]),
  },
};

function visitCells(figure) {
  const visits = { first: 'first visit', repeat: 'repeat visit', deploy: 'after a deploy' };
  return Object.entries(visits).flatMap(([visit, group]) => {
    const row = (way) => `${visit} visit, ${figure}, against ${way}`;
    return [
      { group, label: 'next-smart-cache', row: row('plain public/'), column: 'ours' },
      ...Object.entries(WAYS).map(([way, label]) => ({ group, label, row: row(way), column: 'reference' })),
    ];
  });
}

/** Reads a cell, as the inverse of units.mjs: `2,891 /s` → 2891, `632 ms` → 0.632. */
function parseQuantity(text) {
  const number = Number.parseFloat(text.replaceAll(',', ''));
  return text.endsWith(' ms') ? number / 1000 : number;
}
