import fs from 'node:fs';
import path from 'node:path';
import { rewriteTags } from '../../../../src/cli/init/rewrite-tags';
import { stillParses } from '../../../../src/cli/init/still-parses';
import { wrapConfig } from '../../../../src/cli/init/wrap-config';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';
import { runCommand } from '../../support/command-line';

jest.mock('../../../../src/cli/init/rewrite-tags', () => ({ rewriteTags: jest.fn() }));
jest.mock('../../../../src/cli/init/wrap-config', () => ({ wrapConfig: jest.fn() }));

test.each([
  ['the same', 'a();', 'a();', true],
  ['other code', 'a();', 'asset(a);', true],
  ['what cannot be read', 'a();', 'a(', false],
  ['a name that is given twice', 'const a = 1;', 'const a = 1; import { a } from "a";', false],
  ['a mistake that was there, elsewhere', 'const a = 1; const a = 2;', '\n\nconst a = 1; const a = 2;', true],
  ['another one', 'const a = 1; const a = 2;', 'const b = 1; const b = 2;', false],
  ['the same one again', 'const a = 1; const a = 2;', 'const a = 1; const a = 2; const a = 3;', false],
])('%s', async (_, before, after, expected) => {
  expect(await stillParses('a.js', before, after)).toBe(expected);
});

test('what would no longer parse is left as it is, and a config to its author', async () => {
  const files = {
    'package.json': '{}',
    'next.config.mjs': 'export default {};\n',
    'public/a.png': 'a',
    'app/page.jsx': 'export default () => <img src="/a.png" />;\n',
  };
  const root = temporaryFolder();
  writeFiles(root, files);
  const changes = [{ line: 1, column: 1, before: 'a', after: 'b' }];
  jest.mocked(rewriteTags).mockResolvedValue({ text: 'export default () => <img', changes });
  jest.mocked(wrapConfig).mockResolvedValue({ outcome: 'wrapped', text: 'export default with(;', isModule: true });
  const { exitCode, stderr } = await runCommand(['init', '--apply'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('next.config.mjs has a form that has to be wrapped by hand');
  expect(stderr).toContain('app/page.jsx:1:1  a  →  b  (by hand: it would have a mistake of syntax afterwards)\n');
  for (const name of ['next.config.mjs', 'app/page.jsx'] as const) expect(fs.readFileSync(path.join(root, name), 'utf8')).toBe(files[name]);
});
