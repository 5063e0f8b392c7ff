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
