import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE, request } from '../support/http';
import { type AppOptions, createApp, type NextApp } from '../support/next-app';
import { bundlerFlags } from './bundlers';

let app: NextApp;
afterEach(() => app?.dispose());

const SECRET = 'for members only';
const HASH = 'eb2ac321ac';
const MADE_UP = '0000000000';
const DIRECT = '/_next/static/media/smart-cache';
const OWN_FOLDER = '/_next/static/media/smart-cache-rewrite';

interface GuardedApp extends AppOptions {
  /** `proxy`, or `middleware` as it was called before Next 16. Default: `proxy`. */
  file?: 'proxy' | 'middleware';
  matcher: unknown;
  config?: object;
  options?: object;
  fixture?: string;
}

/** An app whose proxy answers 401 to every request that its matcher covers. */
function guardedApp({ file = 'proxy', matcher, config = {}, options = {}, fixture = 'tiny', ...rest }: GuardedApp): NextApp {
  app = createApp(fixture, rest);
  app.write(
    `${file}.js`,
    `export const ${file} = () => new Response('no', { status: 401 });\nexport const config = { matcher: ${JSON.stringify(matcher)} };\n`,
  );
  configure(config, options);
  app.write('public/members/handbook.pdf', SECRET);
  app.write('public/members/open.pdf', 'for all');
  return app;
}

function configure(config: object, options: object): void {
  const args = [config, options].map((value) => JSON.stringify(value)).join(', ');
  app.write('next.config.mjs', `import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache(${args});\n`);
}

/** Other ways to write a path; servers and caches take some of them for the same path. */
function spellingsOf(url: string): string[] {
  const encoded = (sign: string, prefix = '%') => prefix + sign.charCodeAt(0).toString(16).padStart(2, '0');
  const signs = [...url].map((_, at) => at).slice(1);
  const replaced = (at: number, sign: string) => url.slice(0, at) + sign + url.slice(at + 1);
  const name = url.lastIndexOf('/') + 1;
  return [
    url,
    `${url}/`,
    `${url}?x=1`,
    `${url}%00`,
    `${url}%2F`,
    `${url};x`,
    `/${url}`,
    `/js/..${url}`,
    `/js/%2e%2e${url}`,
    `/js/..%2F${url.slice(1)}`,
    `/js%2F..${url}`,
    `${url.slice(0, name)}.%2F${url.slice(name)}`,
    `${url.slice(0, name)}%5C${url.slice(name)}`,
    url.replace(/\//g, '%2F').replace('%2F', '/'),
    url.replace(/\//g, '\\').replace('\\', '/'),
    url.toUpperCase(),
    ...signs.flatMap((at) =>
      [encoded(url.charAt(at)), encoded(url.charAt(at)).toUpperCase(), encoded(url.charAt(at), '%25')].map((sign) => replaced(at, sign)),
    ),
  ];
}

/** Finds the paths that an app answers with the guarded file. */
async function openPaths(origin: string, paths: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(paths.map(async (url) => ({ url, body: (await request(origin, url)).body.toString() })));
  return answers.filter(({ body }) => body.includes(SECRET)).map(({ url }) => url);
}

/** The lines of the build output that are about guards. */
const messagesOf = (output: string) => output.split('\n').filter((line) => line.startsWith('next-smart-cache:') && line.includes('proxy'));

const isDeploy = () => fs.existsSync(path.join(app.dir, '.next/cache/next-smart-cache/deploys.json'));

test('a file that the proxy guards by name alone fails the build, and cannot be fetched once it is excluded', async () => {
  guardedApp({ matcher: ['/members/handbook.pdf', '/members/q&a 1.pdf'] });
  app.write('public/members/q&a 1.pdf', SECRET);
  app.write('public/members/notes/a.pdf', SECRET);
  const { status, output } = app.tryBuild();
  expect(status).toBe(1);
  expect(output).toContain('Your proxy guards 2 files of public/ by name, but not under every URL');
  expect(output).toContain(`/members/handbook.pdf (matcher /members/handbook.pdf) is open under /members/handbook.${HASH}.pdf`);
  expect(output).toMatch(/exclude: '\/members\/\*\*'.*'\/members\/:path\*'/);
  expect([fs.existsSync(path.join(app.dir, '.next/BUILD_ID')), isDeploy()]).toEqual([false, false]);

  // A deploy before the guard issues the hashed URLs.
  const proxy = app.read('proxy.js');
  fs.rmSync(path.join(app.dir, 'proxy.js'));
  app.build();
  expect(isDeploy()).toBe(true);
  app.write('proxy.js', proxy);
  configure({}, { exclude: ['/members/handbook.pdf', '/members/q&a 1.pdf', '/members/notes/**'] });
  expect(messagesOf(app.build())).toEqual([]);
  const { origin } = await app.start();
  const hidden = [
    `/members/handbook.${MADE_UP}.pdf`,
    `/members/handbook.${HASH}.pdf`,
    `/members/q%26a%201.${MADE_UP}.pdf`,
    `/members/notes/a.${MADE_UP}.pdf`,
  ];
  const spellings = hidden.flatMap(spellingsOf);
  for (const url of [...spellings])
    if (url.includes('%26')) spellings.push(url.replace('%26', '&'), url.replace('%26', '%2526').replace('%20', '%2520'));
  for (const url of hidden) spellings.push(...spellingsOf(DIRECT + url).slice(0, 16), ...spellingsOf(OWN_FOLDER + url).slice(0, 16));
  expect(await openPaths(origin, spellings)).toEqual([]);
  expect((await request(origin, '/members/handbook.pdf')).status).toBe(401);
  for (const [url, cacheControl] of [
    ['/members/open.9d5ac1df1d.pdf', IMMUTABLE],
    [`/members/open.${MADE_UP}.pdf`, 'public, max-age=0'],
  ])
    expect([url, (await request(origin, url as string)).cacheControl]).toEqual([url, cacheControl]);
});

/** Clients cannot request the folder that the rewrites look into by its own name, which matchers as a rule let pass. */
describe.each([
  { name: 'edge middleware, Next 15, webpack', line: 'previous', file: 'middleware', fixture: 'tiny', config: {}, prefixes: [''] },
  {
    name: 'i18n, basePath, assetPrefix and trailingSlash, webpack',
    line: 'latest',
    file: 'proxy',
    fixture: 'pages-router',
    config: {
      basePath: '/docs',
      assetPrefix: '/cdn',
      trailingSlash: true,
      i18n: { locales: ['en', 'de'], defaultLocale: 'en', domains: [{ domain: 'example.de', defaultLocale: 'de' }] },
    },
    prefixes: ['/docs', '/docs/en', '/docs/EN', '/docs/de', '/cdn', '/docs/cdn'],
  },
] as const)('$name', ({ line, file, fixture, config, prefixes }) => {
  test('a folder that the proxy guards is guarded under every path', async () => {
    guardedApp({ file, line, fixture, config, bundler: bundlerFlags(line, 'webpack'), matcher: '/members/:path*' });
    expect(messagesOf(app.build())).toEqual([]);
    const { origin } = await app.start();
    const names = [`handbook.${HASH}.pdf`, `handbook.${MADE_UP}.pdf`, 'handbook.pdf'].map((name) => `/members/${name}`);
    const paths = names.flatMap((name) =>
      prefixes.flatMap((prefix) => [prefix + name, ...[OWN_FOLDER, DIRECT].map((folder) => prefix + folder + name)]),
    );
    const [own] = prefixes.map((prefix) => `${prefix}${OWN_FOLDER}/members/handbook.${HASH}.pdf`);
    const inLocale = prefixes.slice(1, 2).map((prefix) => `${prefix}${OWN_FOLDER}/members/handbook.${HASH}.pdf`);
    expect(await openPaths(origin, [...paths, ...spellingsOf(own as string), ...inLocale.flatMap(spellingsOf)])).toEqual([]);
    const prefix = prefixes[0];
    for (const name of names) expect([name, (await request(origin, prefix + name)).status]).toEqual([name, 401]);
  });
});

test('a file that the proxy guards only in the locale of another domain fails the build until its hashed URLs are guarded there', async () => {
  const domains = [
    { domain: 'example.com', defaultLocale: 'en' },
    { domain: 'example.de', defaultLocale: 'de' },
  ];
  const config = { i18n: { locales: ['en', 'de', 'fr'], defaultLocale: 'en', domains } };
  guardedApp({ fixture: 'pages-router', config, matcher: [{ source: '/de/members/handbook.pdf', locale: false }] });
  const { status, output } = app.tryBuild();
  expect([status, isDeploy()]).toEqual([1, false]);
  expect(output).toContain(`/members/handbook.pdf (matcher /de/members/handbook.pdf) is open under /members/handbook.${HASH}.pdf`);

  app.write('proxy.js', app.read('proxy.js').replace('handbook.pdf', ':path*'));
  expect(messagesOf(app.build())).toEqual([]);
  const { origin } = await app.start();
  const ask = async (host: string, name: string) => (await request(origin, name, { headers: { Host: host } })).status;
  for (const name of [`handbook.${HASH}.pdf`, `handbook.${MADE_UP}.pdf`, 'handbook.pdf']) {
    for (const [host, prefix, expected] of [
      ['example.de', '', 401],
      ['example.com', '/de', 401],
      ['example.com', '/fr', 404],
      ['example.com', '', 200],
    ] as const)
      expect([host, prefix, name, await ask(host, `${prefix}/members/${name}`)]).toEqual([host, prefix, name, expected]);
  }
});

test('a guarded folder under static delivery fails the build, and the build says that files of a whole-site matcher are public', () => {
  guardedApp({ matcher: '/members/:path*' });
  for (let index = 0; index < 40; index++) app.write(`public/folder-number-${index}/a.txt`, 'a');
  const { status, output } = app.tryBuild();
  expect([status, isDeploy()]).toEqual([1, false]);
  expect(output).toContain('Your proxy guards 2 files of public/ by name');
  expect(output).toContain(`is open under ${DIRECT}/members/handbook.${HASH}.pdf`);
  expect(output).toContain(`'${DIRECT}/members/:path*'`);

  app.write('proxy.js', `export const proxy = () => {};\nexport const config = { matcher: '/((?!_next/static|favicon.ico).*)' };\n`);
  const said = messagesOf(app.build());
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/are public under a URL with a hash, like \/_next\/static\/media\/smart-cache\//);
  expect(isDeploy()).toBe(true);
});

/** Each follows the documentation of its package. */
test.each([
  [
    'Clerk',
    [
      '/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)',
      '/(api|trpc)(.*)',
    ],
  ],
  ['next-intl', ['/((?!api|trpc|_next|_vercel|.*\\..*).*)']],
  ['Auth.js', ['/((?!api|_next/static|_next/image|favicon.ico).*)']],
])('the matcher of %s gives no message', (_, matcher) => {
  guardedApp({ matcher });
  expect(messagesOf(app.build())).toEqual([]);
});

test('a proxy manifest of another version is one warning, and the build goes on', () => {
  guardedApp({ matcher: ['/members/handbook.pdf'] });
  app.write(
    'next.config.mjs',
    `import fs from 'node:fs';
     import { withSmartCache } from 'next-smart-cache/config';
     const file = '.next/server/middleware-manifest.json';
     // Before the listener of withSmartCache.
     process.once('exit', () => {
       if (process.send || !fs.existsSync(file)) return;
       fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), version: 99 }));
     });
     export default withSmartCache({});`,
  );
  expect(messagesOf(app.build())).toEqual([expect.stringMatching(/could not check .*version 99/)]);
  expect(isDeploy()).toBe(true);
});
