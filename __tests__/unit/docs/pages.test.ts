import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const list = (folder: string) => fs.readdirSync(path.join(ROOT, folder)).map((name) => path.posix.join(folder, name));
const PAGES = ['.', 'docs', 'docs/commands', 'bench'].flatMap(list).filter((name) => /(?:\.md|^llms\.txt)$/.test(name));

const read = (page: string) => fs.readFileSync(path.join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');

/** The targets of a page's links, without those to other sites. */
function linksOf(page: string): string[] {
  return [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

test.each(PAGES)('the links of %s point to files and headings that exist', (page) => {
  const broken = linksOf(page).filter((link) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    if (!fs.existsSync(path.join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('README.md has at most 1,000 words', () => {
  expect(fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8').trim().split(/\s+/).length).toBeLessThanOrEqual(1000);
});

test.each(['README.md', 'llms.txt'])('%s links to every page of docs/', (index) => {
  const linked = linksOf(index).map((link) => link.split('#')[0]);
  const pages = list('docs').filter((name) => name.endsWith('.md'));
  expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
});

test('docs/ARCHITECTURE.md names every folder of src/', () => {
  const page = fs.readFileSync(path.join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
  const entries = fs.readdirSync(path.join(ROOT, 'src'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${name}/`);
  expect(folders.length).toBeGreaterThan(5);
  expect(folders.filter((folder) => !page.includes(folder))).toEqual([]);
});
