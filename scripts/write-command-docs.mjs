// Usage: npm run docs
//
// Writes what `--help` says of each command into docs/commands/, between two
// markers; the rest of a page is left alone. A command without a page gets one.
import fs from 'node:fs';
import path from 'node:path';
import { createJiti } from 'jiti';

const folder = path.join(import.meta.dirname, '../docs/commands');
const { COMMANDS, main } = await createJiti(import.meta.url, { fsCache: false }).import('../src/cli/main.ts');

// Help is laid out for the terminal, if there is one; the pages have 80 columns.
process.stdout.isTTY = false;

const START = '<!-- Written from --help by "npm run docs"; do not edit. -->';
const END = '<!-- The end of --help. -->';

async function helpOf(name) {
  let help = '';
  const stdout = (text) => {
    help += text;
  };
  await main([name, '--help'], { version: '0.0.0', stdout, stderr: stdout, terminal: { hasColors: false, isInteractive: false } });
  return help;
}

fs.mkdirSync(folder, { recursive: true });
for (const { name } of COMMANDS) {
  const file = path.join(folder, `${name}.md`);
  const page = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : `# next-smart-cache ${name}\n\n${START}\n${END}\n`;
  const [before, after] = [page.indexOf(START), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${file} has lost its markers:\n${START}\n${END}`);
  const block = `${START}\n\`\`\`\n${await helpOf(name)}\`\`\`\n`;
  const text = page.slice(0, before) + block + page.slice(after);
  if (text === page) continue;
  fs.writeFileSync(file, text);
  console.log(`wrote ${path.relative(process.cwd(), file)}`);
}
