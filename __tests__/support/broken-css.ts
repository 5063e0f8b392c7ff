import fc from './seeded-fast-check';

/** Elements that {@link brokenCssBytes} has rules for. */
export const ELEMENTS = ['a', 'b', 'em', 'i', 'q', 's', 'u', 'var'] as const;

const WHOLE = [
  ...ELEMENTS.map((element) => `${element}{background:url(${element}.png)}`),
  ...ELEMENTS.map((element) => `${element}{list-style:url("${element}.png?b#c");border-image:url( '${element}.gif' )}`),
  ...ELEMENTS.map((element) => `@media all{${element}{background:image-set("${element}.webp" 1x)}}`),
  ...['@import "d.css";', '@import url(e.css) all;', '@namespace m url(l.png);', 'p{--m:{n:url(o.png)}}'],
  ...['@font-face{font-family:t;src:url(f.woff2),url("f.woff")}', '/*# sourceMappingURL=g.map */', "p{background:src('k\\.png')}"],
];

const PIECES = [
  ...['url(', 'URL( ', 'u\\72l(', '\\75rl(', 'src("', 'image-set(', '@import ', '@\\69mport', '@font-face', '@', '@charset "x";'],
  ...['a{', 'background:url(p.png', '@media all{', '@media print{', 'color:red;', 'list-style:url("q.png")', ';background:url(r.png);'],
  ...['"', "'", '\\', '\\a', '\\41 ', '\\41\r\n', '\n', '\r\n', '\f', '\r', ' ', '\t', '(', ')', '[', ']', '{', '}', ';', ':', ','],
  ...['/*', '*/', '/', '<!--', '-->', '<!-', '-', '--', '+', '.', '1', '.5', '1e3', 'e', 'E-', '%', 'px', 'a', '_', '#', '#a', '!'],
  ...['\0', '\u0001', '\u007f', '\uFEFF', '\u00e9', '-\\'],
];

const whole = fc.constantFrom(...WHOLE);
const piece = fc.constantFrom(...PIECES);

/** Whole parts of a stylesheet, and pieces that break it. */
export const brokenCss = fc
  .array(fc.oneof({ arbitrary: whole, weight: 3 }, { arbitrary: piece, weight: 2 }), { maxLength: 30 })
  .map((parts) => parts.join(''));

/** Adds characters beyond the Basic Multilingual Plane and bytes that are not UTF-8. */
export const brokenCssBytes = fc
  .array(
    fc.oneof(
      { arbitrary: whole.map((part) => Buffer.from(part)), weight: 12 },
      { arbitrary: piece.map((part) => Buffer.from(part)), weight: 6 },
      { arbitrary: fc.constantFrom('\u{1F4A9}', '\u4e2d').map((part) => Buffer.from(part)), weight: 1 },
      { arbitrary: fc.uint8Array({ minLength: 1, maxLength: 2 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts));
