import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');

test('docs/ERRORS.md has a section for each error code, in alphabetical order', () => {
  const codes = read('src/core/errors.ts').match(/(?<=\| ')ERR_SMART_CACHE_\w+/g) ?? [];
  const sections = read('docs/ERRORS.md').match(/(?<=^## )\S+$/gm);
  expect(codes.length).toBeGreaterThan(15);
  expect(sections).toEqual([...codes].sort());
});
