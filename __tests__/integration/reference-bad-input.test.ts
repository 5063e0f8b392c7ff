import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452ffd8ffe0', 'hex');

/** Files that are served unchanged, each with the text of its warning. */
const UNREADABLE: readonly { file: string; content: string | Buffer; said: RegExp }[] = [
  {
    file: '/css/utf-16.css',
    content: Buffer.from('\uFEFFa { background: url(../img/a.png) }', 'utf16le'),
    said: /utf-16\.css:1\n.*not text in UTF-8/,
  },
  { file: '/js/broken.js', content: "import './whole.js';\nfunction (", said: /broken\.js:\d+\n.*not JavaScript/ },
  { file: '/broken.webmanifest', content: '{ "icons": [{ "src": "img/a.png" }', said: /broken\.webmanifest:1\n.*not JSON/ },
];

/** Stylesheets that are followed but for a spot, each with what the warning says, if there is one. */
const BROKEN: readonly { file: string; content: string | Buffer; said?: RegExp }[] = [
  {
    file: '/css/data-url.css',
    content: "a { b: url(data:image/svg+xml;utf8,<svg xmlns='http://a.example/'>) }\nc { background: url(../img/a.png) }",
    said: /data-url\.css:1\n.*URL without quotes/,
  },
  { file: '/css/stray.css', content: 'a {}\n}\nb {} c { background: url(../img/a.png) }', said: /stray\.css:2\n.*"\}" closes nothing/ },
  { file: '/css/stray-at-the-end.css', content: 'a { background: url(../img/a.png) }}\n' },
  {
    file: '/css/unclosed.css',
    content: 'a {}\n@media print { b { background: url(../img/a.png) }',
    said: /unclosed\.css:2\n.*"\{" is never closed/,
  },
  {
    file: '/css/string.css',
    content: 'a { content: "no\nend"; }\n} b { background: url(../img/a.png) }',
    said: /string\.css:1\n.*not closed on its line/,
  },
  {
    file: '/css/comment.css',
    content: 'a { background: url(../img/a.png) }\n/* no end',
    said: /comment\.css:2\n.*comment is never closed/,
  },
  { file: '/css/latin-1.css', content: Buffer.from('/* \u00a9 */ a { background: url(../img/a.png) }', 'latin1') },
  { file: '/css/long-tokens.css', content: longTokens('a { background: url(../img/a.png) }') },
  { file: '/css/zeros.css', content: Buffer.alloc(200_000) },
  { file: '/css/png.css', content: PNG },
];

/** SVG images and web app manifests in unusual forms, all of which browsers read. */
const UNUSUAL: readonly { file: string; text: string; encoding?: 'utf16le' | 'latin1' }[] = [
  { file: '/svg/mermaid.svg', text: '<svg><style>text.actor&gt;tspan{} a{fill:url(&quot;../img/a.png&quot;)}</style></svg>' },
  { file: '/svg/sheet.svg', text: '<?xml version="1.0"?><?xml-stylesheet href="../img/a.png"?><svg/>' },
  { file: '/svg/attributes.svg', text: '<svg><path fill="url(../img/a.png#b)" style="mask:url(../img/a.png)"/></svg>' },
  { file: '/svg/prefix.svg', text: '<svg xmlns:l="http://www.w3.org/1999/xlink"><image l:href="../img/a.png"/></svg>' },
  { file: '/svg/animated.svg', text: '<svg><image><set attributeName="href" to="../img/a.png"/></image></svg>' },
  {
    file: '/svg/foreign.svg',
    text: '<svg><foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="../img/a.png"/></foreignObject></svg>',
  },
  { file: '/svg/utf-16.svg', text: '\uFEFF<svg><!-- \u00fc --><image href="../img/a.png"/></svg>', encoding: 'utf16le' },
  {
    file: '/svg/latin-1.svg',
    text: '<?xml version="1.0" encoding="ISO-8859-1"?><svg><!-- \u00fc --><image href="../img/a.png"/></svg>',
    encoding: 'latin1',
  },
  {
    file: '/app/handlers.webmanifest',
    text: '{"file_handlers":[{"action":"/x","icons":[{"src":"../img/a.png"}]}],"widgets":[{"screenshots":[{"src":"../img/a.png"}]}]}',
  },
  {
    file: '/app/localized.webmanifest',
    text: '{"icons_localized":{"de":[{"src":"../img/a.png"}]},"shortcuts":[{"icons":[{"src":"../img/a.png"}]}]}',
  },
];

/** Holds a name, a hash, an at-keyword and a dimension of 200 kB each. */
function longTokens(css: string): string {
  return ['', '#', '@', '1'].map((start) => `${start}${'x'.repeat(200_000)}{}`).join('\n') + css;
}

/** Files with a reference to a missing file. */
const DEAD: readonly { file: string; content: string; said: RegExp }[] = [
  {
    file: '/css/climbing.css',
    content: 'a {\n  background: url(../../../../etc/passwd) }',
    said: /climbing\.css:2\n.*no file \/etc\/passwd/,
  },
  { file: '/css/outside.css', content: '@import "../../secret.css";', said: /outside\.css:1\n.*no file \/secret\.css/ },
  {
    file: '/css/mistyped.css',
    content: 'a { background: url(../img/aa.png) }',
    said: /mistyped\.css:1\n.*\n.*did you mean \/img\/a\.png\?/,
  },
  { file: '/js/dead.js', content: "import './none.js';", said: /dead\.js:1\n.*no file \/js\/none\.js/ },
  { file: '/css/encoded.css', content: 'a { background: url(../img%2Fa.png) }', said: /encoded\.css:1\n/ },
];

/** Odd references that the build follows. */
const BOM = '\uFEFF';
const FINE = {
  '/img/a.png': 'image',
  '/js/whole.js': 'export {};\n',
  '/js/twice.js': "import './store.js';\n",
  '/js/aside.js': "import './store.js';\n",
  '/js/store.js': 'export {};\n',
  '/js/no-map.js': 'x = 1;\n//# sourceMappingURL=no-map.js.map\n',
  '/css/byte-order-mark.css': `${BOM}a { background: url(../img/a.png) }`,
  '/css/left-out.css': 'a { background: url(../img/a.png), url(none.png) }',
  '/css/circle-a.css': '@import "circle-b.css";\n',
  '/css/circle-b.css': '@import "circle-a.css";\n',
  '/css/many.css': 'a{b:url(../img/a.png)}'.repeat(100_000),
  '/css/many-dead.css': Array.from({ length: 100_000 }, (_, index) => `a{b:url(${index}.png),url(${index}.png)}\n`).join(''),
};

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

let app: NextApp;
let built: ReturnType<NextApp['cli']>;
let server: NodeServer;

beforeAll(async () => {
  app = createApp('tiny', { env: { SMART_CACHE_OPTIONS: '' } });
  app.write(
    'next.config.mjs',
    `import { withSmartCache } from 'next-smart-cache/config';
     export default withSmartCache({}, { references: { exclude: ['left-out.css', 'aside.js'] } });`,
  );
  app.write('secret.css', 'not for the build');
  for (const { file, content } of [...UNREADABLE, ...BROKEN, ...DEAD]) app.write(`public${file}`, content);
  for (const [file, content] of Object.entries(FINE)) app.write(`public${file}`, content);
  for (const { file, text, encoding = 'utf8' } of UNUSUAL) app.write(`public${file}`, Buffer.from(text, encoding));
  app.write('public/js/huge.js', `import './whole.js';${'x=1;'.repeat(12_500_000)}`);
  built = app.cli('build');
  app.build();
  server = await app.start();
});
afterAll(() => app.dispose());

const entry = (file: string) => JSON.parse(app.read('.smart-cache/manifest.json')).assets[file] as { url: string; hash: string };
const get = async (url: string) => {
  const { status, cacheControl, body } = await request(server.origin, url);
  return { status, cacheControl, body };
};

test('the build goes on, with a warning for each file and no more than can be read', () => {
  expect(built.status).toBe(0);
  for (const { said } of [...UNREADABLE, ...BROKEN, ...DEAD]) if (said) expect(built.stderr).toMatch(said);
  expect(built.stderr).toMatch(/huge\.js:1\n.*larger than 10 MiB/);
  expect(built.stderr).toContain('Stylesheets import each other in a circle: public/css/circle-a.css, public/css/circle-b.css');
  expect(built.stderr).toContain('A page may load a module twice, under two URLs: public/js/store.js');
  expect(built.stderr).toContain('99990 more warnings about references');
  const silentBroken = [...BROKEN.filter(({ said }) => !said), ...UNUSUAL].map(({ file }) => file);
  for (const silent of ['byte-order-mark', 'no-map', 'left-out', '/many.css', ...silentBroken]) {
    expect(built.stderr.replaceAll(/exclude: '[^']*'/g, '')).not.toContain(silent);
  }
  expect(built.stderr.split('\n').length).toBeLessThan(200);
});

test.each([...UNREADABLE, ...DEAD].map(({ file, content }) => [file, content] as const))(
  'a file that cannot be followed is hashed and served as it is: %s',
  async (file, content) => {
    const { url, hash } = entry(file);
    expect(hash).toBe(sha256(content).slice(0, 10));
    expect(await get(url)).toEqual({ status: 200, cacheControl: IMMUTABLE, body: Buffer.from(content) });
  },
);

test('a file with a line of 50 MB is hashed and served as it is', async () => {
  const { url } = entry('/js/huge.js');
  const { status, cacheControl, body } = await get(url);
  expect([status, cacheControl, sha256(body)]).toEqual([200, IMMUTABLE, sha256(fs.readFileSync(path.join(app.dir, 'public/js/huge.js')))]);
});

test.each(BROKEN)('a stylesheet with a broken spot is followed, and no other byte changes: $file', async ({ file, content }) => {
  const { url, hash } = entry(file);
  const written = Buffer.from(content).toString('latin1');
  const body = Buffer.from(written.replaceAll('../img/a.png', `..${entry('/img/a.png').url}`), 'latin1');
  expect(hash).toBe(sha256(body).slice(0, 10));
  const answer = await get(url);
  expect([answer.status, answer.cacheControl, answer.body.equals(body)]).toEqual([200, IMMUTABLE, true]);
});

test.each(UNUSUAL)('every reference is followed, in the encoding of the file: $file', async ({ file, text, encoding }) => {
  const { url, hash } = entry(file);
  const body = Buffer.from(text.replaceAll('../img/a.png', `..${entry('/img/a.png').url}`), encoding);
  expect(hash).toBe(sha256(body).slice(0, 10));
  const answer = await get(url);
  expect([answer.status, answer.cacheControl, answer.body.equals(body)]).toEqual([200, IMMUTABLE, true]);
});

test('a file that a glob of references.exclude matches is left alone', () => {
  expect(entry('/css/left-out.css').hash).toBe(sha256(FINE['/css/left-out.css']).slice(0, 10));
});

test('a byte-order mark stays, and the references after it are followed', async () => {
  const { url, hash } = entry('/css/byte-order-mark.css');
  const body = Buffer.from(`${BOM}a { background: url(..${entry('/img/a.png').url}) }`);
  expect(hash).toBe(sha256(body).slice(0, 10));
  expect(await get(url)).toEqual({ status: 200, cacheControl: IMMUTABLE, body });
});

test('100,000 references in one file are all followed', async () => {
  const { body } = await get(entry('/css/many.css').url);
  expect(body.toString()).toBe(`a{b:url(..${entry('/img/a.png').url})}`.repeat(100_000));
});

test('stylesheets in a circle name each other under their hashed URLs', async () => {
  const [a, b] = [entry('/css/circle-a.css').url, entry('/css/circle-b.css').url];
  expect((await get(a)).body.toString()).toBe(`@import "${path.basename(b)}";\n`);
  expect((await get(b)).body.toString()).toBe(`@import "${path.basename(a)}";\n`);
});

test('nothing outside of public/ is read', () => {
  const store = path.join(app.dir, '.next/cache/next-smart-cache/files');
  const copies = fs.readdirSync(store).map((name) => fs.readFileSync(path.join(store, name)));
  expect(copies.length).toBeGreaterThan(20);
  expect(copies.filter((copy) => copy.includes('not for the build') || copy.includes('root:x:'))).toEqual([]);
});
