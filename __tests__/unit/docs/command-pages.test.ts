import fs from 'node:fs';
import path from 'node:path';
import type { CommandIo } from '../../../src/cli/command';
import { COMMANDS, main } from '../../../src/cli/main';

const FOLDER = path.resolve(__dirname, '../../../docs/commands');
const NAMES = COMMANDS.map(({ name }) => name);

// Help is laid out for the terminal, if there is one; the pages have 80 columns.
const { isTTY } = process.stdout;
beforeAll(() => {
  process.stdout.isTTY = false;
});
afterAll(() => {
  process.stdout.isTTY = isTTY;
});

async function helpOf(name: string): Promise<string> {
  let help = '';
  const io: Partial<CommandIo> = {
    version: '0.0.0',
    stdout: (text) => {
      help += text;
    },
    terminal: { hasColors: false, isInteractive: false },
  };
  await main([name, '--help'], io as CommandIo);
  return help;
}

test('each command has a page, and each page a command', () => {
  expect(fs.readdirSync(FOLDER).sort()).toEqual(NAMES.map((name) => `${name}.md`).sort());
});

describe.each(NAMES)('the page of %s', (name) => {
  const page = () => fs.readFileSync(path.join(FOLDER, `${name}.md`), 'utf8');

  test('contains the output of --help, as "npm run docs" writes it', async () => {
    const block = /<!-- Written from --help .* -->\n```\n([\s\S]*?)```\n<!-- The end of --help\. -->\n/.exec(page());
    expect(block?.[1]).toBe(await helpOf(name));
  });

  test('has its name as the title, and says more than the help', () => {
    const [title] = page().split('\n');
    const [, prose = ''] = page().split('<!-- The end of --help. -->');
    expect([title, prose.trim().length > 200]).toEqual([`# next-smart-cache ${name}`, true]);
  });
});
