import { findLinkedFiles } from '../../../../src/pipeline/references/html-links';

const PAGE = 'https://example.com/shop/';

/** `place url`, in the order of the page. */
const placesIn = (html: string) =>
  findLinkedFiles(html, PAGE).map(({ place, url }) => `${place} ${url.replace('https://example.com', '')}`);

test.each([
  ['<img src="/a.png" srcset="/a.png 1x, /b.png 2x">', ['element /a.png', 'element /b.png']],
  ['<img src="a.png">', ['relative /shop/a.png']],
  ['<base href="/other/"><img src="a.png">', ['relative /other/a.png']],
  ['<video poster="/p.png" src="/v.mp4"><track src="/t.vtt"></video>', ['element /v.mp4', 'element /p.png', 'same-origin /t.vtt']],
  ['<svg><image xlink:href="/i.png"/><use href="/s.svg#a"/></svg>', ['element /i.png', 'same-origin /s.svg']],
  [
    '<object data="/o.svg"></object><embed src="/e.svg"><input type="image" src="/n.png">',
    ['element /o.svg', 'element /e.svg', 'element /n.png'],
  ],
  ['<p style="background:url(&quot;/s.png&quot;)"><style>p{mask:url(/m.svg)}</style>', ['style /s.png', 'style /m.svg']],
  ['<script src="/a.js" integrity="sha256-x"></script>', ['own-integrity /a.js']],
  ['<script type="module" src="/a.js"></script><script type="module" src="b.js"></script>', ['same-origin /a.js', 'relative /shop/b.js']],
  [
    '<link rel="stylesheet" href="/a.css"><link rel="stylesheet" integrity="sha256-x" href="/b.css">',
    ['element /a.css', 'own-integrity /b.css'],
  ],
  ['<link rel="shortcut icon" href="/i.svg"><link rel="manifest" href="/m.json">', ['metadata /i.svg', 'metadata /m.json']],
  ['<link rel="preload" as="fetch" href="/d.json"><link rel="prefetch" href="/e.json">', ['fetch /d.json', 'fetch /e.json']],
  ['<link rel="preload" as="font" href="/f.woff2"><link rel="modulepreload" href="/m.js">', ['preload /f.woff2', 'preload /m.js']],
  ['<a href="/a.pdf"></a><iframe src="/i.html"></iframe><link rel="alternate" href="/feed.xml"><link rel="canonical" href="/">', []],
  ['<!-- <img src="/a.png"> --><script>"<img src=/b.png>"</script>', []],
])('finds in %s', (html, expected) => {
  expect(placesIn(html)).toEqual(expected);
});

test('reports the use of a file rather than its preload', () => {
  const preload = '<link rel="preload" as="image" href="/a.png">';
  expect(placesIn(`${preload}<img src="/a.png">`)).toEqual(['element /a.png']);
  expect(placesIn(`<img src="/a.png">${preload}`)).toEqual(['element /a.png']);
});

test('leaves a file alone if all of its elements have data-no-hash', () => {
  // React preloads such an image by itself, without the attribute.
  expect(placesIn('<link rel="preload" as="image" href="/a.png"><img data-no-hash src="/a.png">')).toEqual(['no-hash /a.png']);
  expect(placesIn('<img data-no-hash src="/a.png"><img src="/a.png">')).toEqual(['element /a.png']);
  expect(placesIn('<style data-no-hash>p{mask:url(/m.svg)}</style>')).toEqual(['no-hash /m.svg']);
});

describe('images for link previews', () => {
  const preview = (content: string, property = 'og:image') => `<meta property="${property}" content="${content}">`;

  test('are found if the page names their origin as its own, whatever its URL', () => {
    const canonical = '<link rel="canonical" href="https://www.example.org/shop">';
    expect(placesIn(preview('https://www.example.org/p.png') + canonical)).toEqual(['metadata /p.png']);
    expect(placesIn(preview('https://www.example.org/p.png') + preview('https://www.example.org', 'og:url'))).toEqual(['metadata /p.png']);
    expect(placesIn(preview('http://localhost:3000/p.png'))).toEqual(['metadata /p.png']);
    expect(placesIn('<meta name="twitter:image" content="/t.png">')).toEqual(['metadata /t.png']);
  });

  test('stay external otherwise', () => {
    expect(placesIn(preview('https://www.example.org/p.png'))).toEqual(['metadata https://www.example.org/p.png']);
    expect(placesIn(preview('1200', 'og:image:width'))).toEqual([]);
  });
});
