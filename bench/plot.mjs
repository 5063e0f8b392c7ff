// Usage: node bench/plot.mjs [--check]
//
// Writes the plots in docs/performance/ and the figures of docs/PERFORMANCE.md from RESULTS.md. With `--check`, it writes
// nothing and fails if they are not those of RESULTS.md; for that, nothing has to be installed.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeCharts } from './lib/charts.mjs';
import { fillPage } from './lib/performance-page.mjs';
import { readResults } from './lib/results-file.mjs';

const docs = path.resolve(import.meta.dirname, '../docs');
const page = path.join(docs, 'PERFORMANCE.md');
const plots = path.join(docs, 'performance');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const results = readResults(path.join(import.meta.dirname, 'RESULTS.md'));
const charts = makeCharts(results);
const text = fs.readFileSync(page, 'utf8');
const filled = fillPage(text, results);
if (values.check) check();
else await write();

async function write() {
  const { drawChart, THEMES } = await import('./lib/draw-chart.mjs');
  fs.writeFileSync(page, filled);
  fs.rmSync(plots, { recursive: true, force: true });
  fs.mkdirSync(plots);
  for (const chart of charts) {
    for (const [name, theme] of Object.entries(THEMES)) {
      const svg = await drawChart(chart, theme);
      fs.writeFileSync(path.join(plots, `${chart.name}.${name}.svg`), svg + dataOf(chart));
    }
  }
}

function check() {
  const expected = charts.flatMap((chart) => ['dark', 'light'].map((theme) => [`${chart.name}.${theme}.svg`, dataOf(chart)]));
  const found = fs.existsSync(plots) ? fs.readdirSync(plots) : [];
  const isOutdated =
    text !== filled ||
    found.length !== expected.length ||
    expected.some(([name, data]) => !found.includes(name) || !fs.readFileSync(path.join(plots, name), 'utf8').endsWith(data));
  if (!isOutdated) return;
  console.error('docs/PERFORMANCE.md or docs/performance/ has other figures than bench/RESULTS.md. Run "node bench/plot.mjs".');
  process.exitCode = 1;
}

/** At the end of a plot, so that the check need not draw it. A comment must not have two hyphens. */
function dataOf(chart) {
  return `<!-- ${JSON.stringify(chart).replaceAll('--', '- -')} -->\n`;
}
