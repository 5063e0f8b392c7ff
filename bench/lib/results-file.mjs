// RESULTS.md has one section a group, each with its own date, so that one group can be measured again alone.
import fs from 'node:fs';

const INTRODUCTION = `# Benchmark results

\`npm run bench\` writes this file. [README.md](README.md) says what each row compares. A ratio is the median of the ratios
of all rounds; min–max is their range.`;

/** Puts a section in place of the one of the same name. The other sections stay; those without a group, which record a decision, come last. */
export function writeSection(file, order, name, text) {
  const sections = { ...readSections(file), [name]: text.trim() };
  const kept = new Set([...order, ...Object.keys(sections)].map((section) => sections[section]).filter(Boolean));
  fs.writeFileSync(file, `${[INTRODUCTION, ...kept].join('\n\n')}\n`);
}

function readSections(file) {
  if (!fs.existsSync(file)) return {};
  const [, ...sections] = fs.readFileSync(file, 'utf8').split(/^(?=## )/m);
  return Object.fromEntries(sections.map((section) => [/^## (.*)/.exec(section)[1], section.trim()]));
}

/**
 * Reads RESULTS.md, by group.
 *
 * @returns group → `date`, and `rows`: name → the texts of its cells.
 */
export function readResults(file) {
  const groups = Object.entries(readSections(file)).map(([group, text]) => {
    const [headings, , ...lines] = text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map(cellsOf);
    const rows = lines.map(([name, ...cells]) => [name, Object.fromEntries(cells.map((cell, index) => [headings[index + 1], cell]))]);
    return [group, { date: /^\d{4}-\d\d-\d\d/m.exec(text)?.[0], rows: Object.fromEntries(rows) }];
  });
  return Object.fromEntries(groups);
}

function cellsOf(line) {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}
