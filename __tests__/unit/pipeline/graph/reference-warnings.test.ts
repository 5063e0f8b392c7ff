import { ReferenceWarnings } from '../../../../src/pipeline/graph/reference-warnings';
import type { Reference } from '../../../../src/pipeline/references/reference';

const dead = (url: string, line = 1): Reference => ({ kind: 'url', notation: 'string', url, start: 0, end: 0, line });

test('a reference that leads nowhere: where, how it is written, the nearest name, how to leave it alone', () => {
  const warnings = new ReferenceWarnings();
  warnings.addDead('/css/site.css', [dead('../img/lgo.png?v=1', 12)], new Set(['/img/logo.png', '/js/app.js']));
  expect(warnings.finish()).toEqual([
    {
      what: 'A reference leads nowhere',
      where: 'public/css/site.css:12',
      why: 'it is written "../img/lgo.png?v=1", and public/ has no file /img/lgo.png',
      fix: expect.stringMatching(/^did you mean \/img\/logo\.png\? .*references: \{ exclude: '\/css\/site\.css' \}/),
    },
  ]);
});

test.each(['%E0%A4%A', 'http://[', '100%', 'a\0b'])('a URL that cannot be read is shown as it is: %j', (url) => {
  const warnings = new ReferenceWarnings();
  warnings.addDead('/a.css', [dead(url)], new Set());
  expect(warnings.finish()[0]?.why).toContain(JSON.stringify(url));
});

test('a file that cannot be read', () => {
  const warnings = new ReferenceWarnings();
  warnings.addUnreadable('/a.css', { line: 3, why: 'it is not text in UTF-8' }, false);
  expect(warnings.finish()).toEqual([
    {
      what: 'A file is served as it is, and what it refers to keeps its plain URL',
      where: 'public/a.css:3',
      why: 'it is not text in UTF-8',
      fix: expect.stringContaining("references: { exclude: '/a.css' }"),
    },
  ]);
});

test('a spot that cannot be read', () => {
  const warnings = new ReferenceWarnings();
  warnings.addUnreadable('/a.css', { line: 3, why: 'a string is not closed on its line', isPartial: true }, false);
  expect(warnings.finish()).toEqual([
    {
      what: 'A file is broken at one spot',
      where: 'public/a.css:3',
      why: 'a string is not closed on its line',
      fix: expect.stringMatching(/all other references of the file get hashed URLs.*references: \{ exclude: '\/a\.css' \}/),
    },
  ]);
});

test('a file that cannot be read, and therefore is not hashed', () => {
  const warnings = new ReferenceWarnings();
  warnings.addUnreadable('/a.css', { line: 3, why: 'it is not text in UTF-8' }, true);
  expect(warnings.finish()).toEqual([
    {
      what: 'A file keeps its plain URL, since its references cannot be read',
      where: 'public/a.css:3',
      why: expect.stringMatching(/^it is not text in UTF-8; .*another folder/),
      fix: expect.stringContaining("exclude: '/a.css'"),
    },
  ]);
});

test('files that are not hashed: one warning for each reason, which names a few', () => {
  const warnings = new ReferenceWarnings();
  const many = Array.from({ length: 7 }, (_, index) => [`/${index}.css`, 'left-alone'] as const);
  warnings.addKeptPlain(new Map([...many, ['/long.js', 'long-name'], ['/unreadable.css', 'unreadable']]));
  expect(warnings.finish()).toEqual([
    expect.objectContaining({
      what: '7 files keep their plain URLs',
      where: 'public/0.css, public/1.css, public/2.css, public/3.css, public/4.css and 2 more',
      why: expect.stringContaining('"references"'),
    }),
    expect.objectContaining({ what: 'A file keeps its plain URL', where: 'public/long.js', why: expect.stringContaining('255 bytes') }),
  ]);
});

test('stylesheets that import each other', () => {
  const warnings = new ReferenceWarnings();
  warnings.addImportCircle(['/a.css', '/b.css']);
  expect(warnings.finish()[0]).toMatchObject({ where: 'public/a.css, public/b.css' });
});

test('ten of one file, fifty in all, and how many more there are', () => {
  const warnings = new ReferenceWarnings();
  const many = Array.from({ length: 1000 }, (_, index) => dead(`${index}.png`));
  const names = new Set(['/some.png']);
  for (let file = 0; file < 10; file++) warnings.addDead(`/${file}.css`, many, names);
  const list = warnings.finish();
  expect(list).toHaveLength(51);
  expect(list.filter(({ where }) => where.startsWith('public/0.css'))).toHaveLength(10);
  expect(list.at(-1)?.what).toBe('9950 more references have the same trouble');
});

test('nothing to say', () => {
  expect(new ReferenceWarnings().finish()).toEqual([]);
});

test('among very many files, the nearest name is looked for only as often as a build can spare', () => {
  const names = new Set(Array.from({ length: 400_000 }, (_, index) => `/img/${'x'.repeat(40)}${index}.png`));
  names.add('/img/logo.png');
  const warnings = new ReferenceWarnings();
  for (const name of ['a', 'b', 'c', 'd']) warnings.addDead(`/${name}.css`, [dead('/img/lgo.png', 1)], names);
  expect(warnings.finish().map(({ fix }) => fix.includes('/img/logo.png'))).toEqual([true, true, true, false]);
});
