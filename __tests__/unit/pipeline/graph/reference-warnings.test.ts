import type { ReasonToKeepPlain } from '../../../../src/pipeline/graph/files-kept-plain';
import { buildReferenceGraph, type GraphFile } from '../../../../src/pipeline/graph/reference-graph';
import { warnOfReferences } from '../../../../src/pipeline/graph/reference-warnings';
import type { Problem } from '../../../../src/pipeline/references/find-references';
import type { Reference } from '../../../../src/pipeline/references/reference';

const dead = (url: string, line = 1): Reference => ({ kind: 'url', notation: 'string', url, start: 0, end: 0, line });

const withDead = (assetPath: string, references: Reference[]): GraphFile => ({
  assetPath,
  lexed: { references },
  destinations: references.map(() => null),
});
const withProblem = (assetPath: string, problem: Problem): GraphFile => ({
  assetPath,
  lexed: { references: [], problem },
  destinations: [],
});

interface Input {
  files?: readonly GraphFile[];
  names?: ReadonlySet<string>;
  kept?: ReadonlyMap<string, ReasonToKeepPlain>;
  basePath?: string;
}

const warn = ({ files = [], names = new Set(), kept = new Map(), basePath = '' }: Input) =>
  warnOfReferences(files, buildReferenceGraph(files, false), names, [], kept, basePath);

test.each([
  ['/docs/img/lgo.png', '/css/site.css'],
  ['../img/lgo.png', '/css/site.css'],
  ['img/lgo.png', '/a#b.css'],
])('names the file of public/ that %s in %s lacks, with a basePath', (url, from) => {
  const [warning] = warn({ files: [withDead(from, [dead(url, 1)])], names: new Set(['/img/logo.png']), basePath: '/docs' });
  expect(warning?.why).toContain('public/ has no file /img/lgo.png');
  expect(warning?.fix).toContain('did you mean /img/logo.png?');
});

test('says where a dead reference is, how it is written, which name is nearest, and how to leave the file alone', () => {
  const files = [withDead('/css/site.css', [dead('../img/lgo.png?v=1', 12)])];
  expect(warn({ files, names: new Set(['/img/logo.png', '/js/app.js']) })).toEqual([
    {
      what: 'A reference points to a missing file',
      where: 'public/css/site.css:12',
      why: 'it is written "../img/lgo.png?v=1", and public/ has no file /img/lgo.png',
      fix: expect.stringMatching(/^did you mean \/img\/logo\.png\? .*references: \{ exclude: '\/css\/site\.css' \}/),
    },
  ]);
});

test.each(['%E0%A4%A', 'http://[', '100%', 'a\0b'])('shows an invalid URL as it is written: %j', (url) => {
  expect(warn({ files: [withDead('/a.css', [dead(url)])] })[0]?.why).toContain(JSON.stringify(url));
});

test('says which line of a file cannot be read', () => {
  const files = [withProblem('/a.css', { line: 3, why: 'it is not text in UTF-8' })];
  expect(warn({ files })).toEqual([
    {
      what: 'A file is served as it is, and the files that it refers to keep their plain URLs',
      where: 'public/a.css:3',
      why: 'it is not text in UTF-8',
      fix: expect.stringContaining("references: { exclude: '/a.css' }"),
    },
  ]);
});

test('says which spot of a file is broken', () => {
  const files = [withProblem('/a.css', { line: 3, why: 'a string is not closed on its line', isPartial: true })];
  expect(warn({ files })).toEqual([
    {
      what: 'A file is broken at one spot',
      where: 'public/a.css:3',
      why: 'a string is not closed on its line',
      fix: expect.stringMatching(/all other references of the file get hashed URLs.*references: \{ exclude: '\/a\.css' \}/),
    },
  ]);
});

test('says that an unreadable file keeps its plain URL', () => {
  const files = [withProblem('/a.css', { line: 3, why: 'it is not text in UTF-8' })];
  expect(warn({ files, kept: new Map([['/a.css', 'unreadable']]) })).toEqual([
    {
      what: 'A file keeps its plain URL, since its references cannot be read',
      where: 'public/a.css:3',
      why: expect.stringMatching(/^it is not text in UTF-8; .*another folder/),
      fix: expect.stringContaining("exclude: '/a.css'"),
    },
  ]);
});

test('gives one warning for each reason to keep files plain, and names a few of them', () => {
  const many = Array.from({ length: 7 }, (_, index) => [`/${index}.css`, 'left-alone'] as const);
  const kept = new Map<string, ReasonToKeepPlain>([...many, ['/long.js', 'long-name'], ['/unreadable.css', 'unreadable']]);
  expect(warn({ kept })).toEqual([
    expect.objectContaining({
      what: '7 files keep their plain URLs',
      where: 'public/0.css, public/1.css, public/2.css, public/3.css, public/4.css and 2 more',
      why: expect.stringContaining('"references"'),
    }),
    expect.objectContaining({ what: 'A file keeps its plain URL', where: 'public/long.js', why: expect.stringContaining('255 bytes') }),
  ]);
});

test('warns of stylesheets that import each other', () => {
  const importing = (assetPath: string, target: string): GraphFile => ({
    assetPath,
    lexed: { references: [{ ...dead(target), kind: 'style-import' }] },
    destinations: [target],
  });
  expect(
    warn({ files: [importing('/a.css', '/b.css'), importing('/b.css', '/a.css')] }).map(({ what, where }) => ({ what, where })),
  ).toEqual([
    { what: 'Stylesheets import each other in a circle', where: expect.stringMatching(/^public\/[ab]\.css, public\/[ab]\.css$/) },
  ]);
});

test('shows ten warnings of one file, fifty in all, and how many more there are', () => {
  const many = Array.from({ length: 1000 }, (_, index) => dead(`${index}.png`));
  const files = Array.from({ length: 10 }, (_, index) => withDead(`/${index}.css`, many));
  const list = warn({ files, names: new Set(['/some.png']) });
  expect(list).toHaveLength(51);
  expect(list.filter(({ where }) => where.startsWith('public/0.css'))).toHaveLength(10);
  expect(list.at(-1)?.what).toBe('9950 more warnings about references');
});

test('is silent without problems', () => {
  expect(warn({})).toEqual([]);
});

test('stops looking for nearest names after about a million comparisons', () => {
  const names = new Set(Array.from({ length: 400_000 }, (_, index) => `/img/${'x'.repeat(40)}${index}.png`));
  names.add('/img/logo.png');
  const files = ['a', 'b', 'c', 'd'].map((name) => withDead(`/${name}.css`, [dead('/img/lgo.png', 1)]));
  expect(warn({ files, names }).map(({ fix }) => fix.includes('/img/logo.png'))).toEqual([true, true, true, false]);
});
