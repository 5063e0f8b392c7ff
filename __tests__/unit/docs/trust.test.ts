import fs from 'node:fs';
import path from 'node:path';

const DOCS = path.resolve(__dirname, '../../../docs');
const page = fs.readFileSync(path.join(DOCS, 'TRUST.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(([, number, tests = '']) => ({ number: Number(number), tests }));

test('the page names tests for each of the 13 promises', () => {
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
});

test.each(rows)('the tests of promise $number exist', ({ tests }) => {
  const files = [...tests.matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => path.join(DOCS, file));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !fs.existsSync(file))).toEqual([]);
});

test('the page has the figures of a storm in which nothing was wrong', () => {
  const [header = '', , ...scenarios] = (/Written by .* -->\n([\s\S]*?)<!-- The end/.exec(page)?.[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const names = header.split('|').map((cell) => cell.trim());
  const wrong = names.flatMap((name, column) => (name.startsWith('**wrong') ? [column] : []));
  const figures = scenarios.map((row) => row.split('|').map((cell) => cell.trim()));
  expect([wrong.length, figures.length > 5]).toEqual([3, true]);
  for (const row of figures) {
    const isWrong = wrong.some((column) => row[column] !== '0');
    expect([row[1], isWrong]).toEqual([row[1], row[1]?.startsWith('straw')]);
  }
});
