import path from 'node:path';
import fc from '../../support/seeded-fast-check';

/** A file as it was generated: text that is none of a reference's, and references, in turn. */
export interface GeneratedFile {
  assetPath: string;
  pieces: readonly (string | GeneratedReference)[];
}

export interface GeneratedReference {
  /** The text in the file. */
  raw: string;
  /** The text without the escapes of the notation. */
  url: string;
  /** Asset path; `undefined` for a URL that names no file. */
  target: string | undefined;
}

/** Names with every character that has a meaning in URLs, CSS, JavaScript or XML. */
const STEMS = [
  'a',
  'b c',
  "it's",
  '(1)',
  '[x]{y}',
  '!*~',
  '@2x',
  '$&+',
  ',;=:',
  '%41',
  '100%',
  '#1',
  'q?',
  '\u00fc',
  '\u{1F4A9}',
  '"',
  '<b>',
  '^|`',
];
const HASHED_LOOKING = 'lib.0123456789';
const FOLDERS = ['', '/css', '/docs', "/it's (1)", '/\u{1F4A9} x/%2e'];
const EXTENSIONS = ['.css', '.js', '.svg', '.webmanifest', '.png', '.woff2', ''];
const SUFFIXES = ['', '', '', '?v=1', '#x', '?#iefix', "?it's(1)&b"];

/** The targets of references of generated files that are not files. */
const ELSEWHERE = [
  'https://example.com/a.png',
  '//example.com/a.png',
  'data:text/plain,a',
  '#x',
  './missing.png',
  '../../../../../missing.png',
];

const PLAIN = '/favicon.ico';

const anyAssetPath = fc
  .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...STEMS, HASHED_LOOKING), fc.constantFrom(...EXTENSIONS))
  .map(([folder, stem, extension]) => `${folder}/${stem}${extension}`);

/** A site whose files refer to each other, in circles too, and by every notation. */
export function anySite(basePath = ''): fc.Arbitrary<GeneratedFile[]> {
  return fc
    .uniqueArray(anyAssetPath, { minLength: 1, maxLength: 7 })
    .chain((assetPaths) => fc.tuple(...assetPaths.map((assetPath) => anyFile(assetPath, [...assetPaths, PLAIN], basePath))));
}

export const PLAIN_PATHS = [PLAIN];

export function textOf({ pieces }: GeneratedFile): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece.raw)).join('');
}

export function referencesOf({ pieces }: GeneratedFile): GeneratedReference[] {
  return pieces.filter((piece) => typeof piece !== 'string');
}

export function textsOf(site: readonly GeneratedFile[]): Record<string, string> {
  return Object.fromEntries(site.map((file) => [file.assetPath, textOf(file)]));
}

function anyFile(assetPath: string, targets: readonly string[], basePath: string): fc.Arbitrary<GeneratedFile> {
  const format = FORMATS[path.posix.extname(assetPath)];
  if (format === undefined) return fc.constant({ assetPath, pieces: [`content of ${assetPath}`] });
  const { begin, end, statements, filler, isImport } = format;
  const anyReference = fc
    .record({
      target: fc.option(fc.constantFrom(...targets), { nil: undefined, freq: 6 }),
      spelling: fc.constantFrom<Spelling>('beside', 'dotted', 'rooted'),
      encoding: fc.constantFrom<Encoding>('full', 'least'),
      suffix: fc.constantFrom(...SUFFIXES),
      elsewhere: fc.constantFrom(...ELSEWHERE),
      statement: fc.constantFrom(...statements),
    })
    .map(({ target, spelling, encoding, suffix, elsewhere, statement: [before, escaped, behind] }) => {
      const dotted = isImport && spelling === 'beside' ? 'dotted' : spelling;
      const front = spelling === 'rooted' ? basePath : '';
      const url = target === undefined ? elsewhere : front + spell(assetPath, target, dotted, encoding) + suffix;
      const isBare = isImport && url === '#x';
      const reference: GeneratedReference = { raw: escaped(isBare ? './missing.js' : url), url: isBare ? './missing.js' : url, target };
      return [before, reference, behind];
    });
  const anyPiece = fc.oneof(
    { weight: 3, arbitrary: anyReference },
    { weight: 1, arbitrary: fc.constantFrom(...filler).map((text) => [text]) },
  );
  return fc.array(anyPiece, { maxLength: 4 }).map((pieces) => ({
    assetPath,
    pieces: [begin, ...(format.separator === undefined ? pieces : separated(pieces, format.separator)).flat(), end],
  }));
}

function separated<T>(pieces: readonly T[][], separator: T): T[][] {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [[separator], piece]));
}

type Spelling = 'beside' | 'dotted' | 'rooted';
type Encoding = 'full' | 'least';

/** An asset path as an author writes it in a file. */
function spell(from: string, to: string, spelling: Spelling, encoding: Encoding): string {
  const encode = (part: string) =>
    encoding === 'full' ? encodeURIComponent(part) : part.replace(/[%?#\\\t\n\r ]/g, encodeURIComponent).replace(/^\.$/, '%2e');
  const encoded = (assetPath: string) =>
    assetPath
      .split('/')
      .map((part) => (part === '..' ? part : encode(part)))
      .join('/');
  if (spelling === 'rooted') return encoded(to);
  const relative = encoded(path.posix.relative(path.posix.dirname(from), to));
  if (relative.startsWith('../')) return relative;
  return spelling === 'dotted' || /[:]/.test(relative) ? `./${relative}` : relative;
}

type Statement = readonly [before: string, escaped: (url: string) => string, behind: string];

interface Format {
  begin: string;
  end: string;
  statements: readonly Statement[];
  /** Looks like references, and holds none. */
  filler: readonly string[];
  separator?: string;
  isImport?: boolean;
}

const inQuotes = (quote: string) => (url: string) =>
  url.replace(/[\\'"]/g, (found) => (found === quote || found === '\\' ? `\\${found}` : found));
const bare = (url: string) => url.replace(/[\\'"()\s]/g, '\\$&');
const byNumber = (url: string) => url.replace(/[\\"a'\u{1F4A9}]/gu, (found) => `\\${found.codePointAt(0)?.toString(16)} `);
const inTemplate = (url: string) => url.replace(/[\\`]|\$(?=\{)/g, '\\$&');
const inXml = (url: string) => url.replace(/[&<'"]/g, (found) => `&#x${found.charCodeAt(0).toString(16)};`);
const inJson = (url: string) => JSON.stringify(url).slice(1, -1);

const STYLES: Statement[] = [
  ['a{b:url(', bare, ')}'],
  ['a{b:url( ', bare, '\t)}'],
  ['a{b:url("', inQuotes('"'), '")}'],
  ["a{b:URL( '", inQuotes("'"), "' )}"],
  ['a{b:url("', byNumber, '")}'],
  ['a{b:image-set("', inQuotes('"'), '" 1x)}'],
  ['@font-face{src:url(', bare, ')}'],
  [':root{--x:url(', bare, ')}'],
  ['@import "', inQuotes('"'), '" screen;'],
  ['@import url(', bare, ');'],
];

const FORMATS: Record<string, Format> = {
  '.css': {
    begin: '\uFEFF/* \u{1F4A9} */',
    end: '\r\n',
    statements: STYLES,
    filler: ['/* url(a) */', 'a{content:"url(a)"}', '@namespace url(a);', 'a[b="url(a)"]{c:d}', '\r\n\t'],
  },
  '.js': {
    begin: 'export {};\r\n',
    end: '\n// \u{1F4A9}',
    isImport: true,
    statements: [
      ['import "', inQuotes('"'), '";'],
      ["export * from '", inQuotes("'"), "';"],
      ['import("', inQuotes('"'), '");'],
      ['import(`', inTemplate, '`);'],
      ['x=new URL("', inQuotes('"'), '", import.meta.url);'],
      ['x=[...new URL(`', inTemplate, '`,import.meta.url).search];'],
    ],
    filler: [
      '"import \'./a.js\'";',
      '// import("./a.js")\n',
      '`new URL("./a.js", import.meta.url)`;',
      '/import "a"/;',
      'import.meta.url;\r\n',
    ],
  },
  '.svg': {
    begin: '\uFEFF<svg>',
    end: '</svg>\n',
    statements: [
      ['<image href="', inXml, '"/>'],
      ["<image xlink:href='", inXml, "'/>"],
      ['<style><![CDATA[a{b:url(', bare, ')}]]></style>'],
      ['<style>a&gt;b{c:url(', (url) => inXml(bare(url)), ')}</style>'],
      ['<style>a{b:url("', (url) => inXml(inQuotes('"')(url)), '")}</style>'],
      ['<g style="fill:url(', (url) => inXml(bare(url)), ')"/>'],
      ["<g fill='url(&quot;", (url) => inXml(inQuotes('"')(url)), "&quot;)'/>"],
      ['<image><set attributeName="href" to="', inXml, '"/></image>'],
      ['<img xmlns="http://www.w3.org/1999/xhtml" src="', inXml, '"/>'],
    ],
    filler: ['<!-- <image href="a"/> -->', '<a title="./missing.html"/>', '<text>href="a"</text>', '<style>/* url(a) */</style>'],
  },
  '.webmanifest': {
    begin: '{"name":"\u{1F4A9} \\"src\\"","icons":[',
    end: ']}\n',
    separator: ',\n',
    statements: [
      ['{"src":"', inJson, '"}'],
      ['{ "src" : "', inJson, '" , "sizes":"1x1"}'],
    ],
    filler: ['{"href":"a"}', 'null'],
  },
};
