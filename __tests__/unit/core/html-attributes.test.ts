import { urlsOfSrcset } from '../../../src/core/html-attributes';

test.each<[string, srcset: string, urls: string[]]>([
  ['no text', '', []],
  ['separators alone', ' ,\n, ', []],
  ['one URL', '/a.png', ['/a.png']],
  ['descriptors', '/a.png 1x, /b.png 2x', ['/a.png', '/b.png']],
  ['several lines', '\n\t/a.png 100w,\r\n\f/b.png 200w\n', ['/a.png', '/b.png']],
  ['a comma after a URL', '/a.png, /b.png', ['/a.png', '/b.png']],
  ['several commas', ',/a.png,,,,/b.png 2x,,', ['/a.png,,,,/b.png']],
  ['commas inside of a URL', 'data:image/gif;base64,AAAA 1x, /b.png 2x', ['data:image/gif;base64,AAAA', '/b.png']],
  ['a comma in parentheses', '/a.png calc(1px, 2px), /b.png', ['/a.png', '/b.png']],
  ['a parenthesis that opens twice', '/a.png ((a, b), /b.png', ['/a.png', '/b.png']],
  ['a parenthesis that is never closed', '/a.png (1x, /b.png 2x', ['/a.png']],
  ['a parenthesis that was never opened', '/a.png 1x), /b.png 2x', ['/a.png', '/b.png']],
  ['a no-break space, which is part of a URL', '/a\u00a0b.png 2x', ['/a\u00a0b.png']],
])('finds the URLs of a srcset with %s', (_, srcset, urls) => {
  expect(urlsOfSrcset(srcset)).toEqual(urls);
});

const MILLION = 1_000_000;

test.each<[string, srcset: string, count: number]>([
  ['parentheses that are never closed', `a ${'('.repeat(MILLION)}`, 1],
  ['a URL before each of them', '(b '.repeat(MILLION / 3), 1],
  ['one descriptor', `a ${'b'.repeat(9 * MILLION)}`, 1],
  ['commas inside of a URL', `a${','.repeat(MILLION)}b`, 1],
  ['separators', `${', '.repeat(MILLION / 2)}a`, 1],
  ['URLs', 'a, '.repeat(MILLION / 3), 333_333],
])('megabytes of %s end in time', (_, srcset, count) => {
  expect(urlsOfSrcset(srcset)).toHaveLength(count);
});
