import { closeSites, HASH, type Handler, IMMUTABLE, PAGE, page, script, site, verify } from '../../support/verified-site';

afterEach(closeSites);

/** A site with a page, and with files besides the hashed script of `PAGE`. @returns also the requests. */
async function siteWith(html: string, files: Record<string, Handler> = {}) {
  const asked: string[] = [];
  const url = await site((path) => {
    asked.push(path);
    return path === '/' ? page(html) : files[path];
  });
  return { url, asked };
}

async function reportOf(url: string) {
  const { exitCode, stdout } = await verify(url, '--json');
  const {
    coverage: { hashed, total, plain },
    assets,
    notAsked,
  } = JSON.parse(stdout) as {
    coverage: { hashed: number; total: number; plain: string[] };
    assets: { url: string }[];
    notAsked: Record<string, unknown>;
  };
  const toPath = (href: string) => href.slice(url.length - 1);
  return {
    exitCode,
    coverage: { hashed, total, plain: plain.map(toPath) },
    assets: assets.map((asset) => toPath(asset.url)),
    notAsked,
  };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `/img/${index}.png`);
const images = (paths: readonly string[]) => paths.map((path) => `<img src="${path}">`).join('');
const served = (paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [path, script({ 'cache-control': 'max-age=0' }, path)]));

test('does not fail a mostly plain page, and lists its plain files', async () => {
  const paths = names(7);
  const { url } = await siteWith(PAGE + images(paths), served(paths));
  const { exitCode, stdout, stderr } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^plain +200 +no hash +\/img\/6\.png$/m);
  expect(stderr).toBe(
    [
      'next-smart-cache: 7 of 8 public files that this page loads have no hash in the URL: ' +
        '/img/0.png, /img/1.png, /img/2.png, /img/3.png, /img/4.png and 2 more',
      '  Why: the JSX runtime of this package did not make these elements, or client code does not know the paths',
      '  Fix: set "jsxImportSource": "next-smart-cache" in the compilerOptions of tsconfig.json or jsconfig.json; ' +
        'if it is set, "next-smart-cache check" names the reason for each file after a build',
      `next-smart-cache: ${url}: 1 of 8 public files that this page loads are hashed; no faults in 1 hashed file`,
      '',
    ].join('\n'),
  );
  expect((await reportOf(url)).coverage).toEqual({ hashed: 1, total: 8, plain: paths });
});

test.each([
  ['<p>no file</p>', 0, 'this page loads no public file from its own origin, so no hashed URL was checked'],
  ['<img src="/img/0.png">', 1, '0 of 1 public file that this page loads is hashed; 1 URL has a fault'],
  [`${PAGE}<img src="/img/0.png">`, 0, '1 of 2 public files that this page loads are hashed; no faults in 1 hashed file'],
  [PAGE, 0, '1 of 1 public file that this page loads is hashed; no faults in 1 hashed file'],
])('summarizes the check in the last line: %s', async (html, exitCode, line) => {
  const { url } = await siteWith(html, served(names(1)));
  const run = await verify(url);
  expect([run.exitCode, run.stderr.trimEnd().split('\n').at(-1)]).toEqual([exitCode, `next-smart-cache: ${url}: ${line}`]);
});

test('reports no coverage for a page that cannot be read', async () => {
  const { exitCode, stderr } = await verify(await site((path) => (path === '/' ? script({ location: '/' }, '', 302) : undefined)));
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/: not verified\n$/)]);
});

test('does not count pages and routes as files', async () => {
  const html = `${PAGE}<link rel="prefetch" href="/about"><link rel="prefetch" href="/docs/a.html"><link rel="preload" as="fetch" href="/?_rsc=1a2b">
    <link rel="preload" as="fetch" href="/data.v1?_rsc=3c4d"><a href="/files/terms.pdf">Terms</a><iframe src="/embed.html"></iframe>
    <link rel="manifest" href="/site.webmanifest"><img src="/og.png"><img src="/api/avatar"><object data="/widget.php"></object>`;
  const { url, asked } = await siteWith(html, {
    '/docs/a.html': page('<p>A page</p>'),
    '/widget.php': page('<p>A page</p>'),
    // Next answers like this for app/manifest.ts and for a route handler.
    '/site.webmanifest': script({ 'x-nextjs-cache': 'HIT', 'content-type': 'application/manifest+json' }, '{}'),
    '/og.png': script({ vary: 'rsc, next-router-state-tree, next-router-prefetch', 'content-type': 'image/png' }, 'png'),
  });
  const { exitCode, coverage, assets, notAsked } = await reportOf(url);
  expect({ exitCode, coverage, assets }).toEqual({
    exitCode: 0,
    coverage: { hashed: 1, total: 1, plain: [] },
    assets: [`/js/app.${HASH}.js`],
  });
  expect(notAsked).toMatchObject({ routes: 8, elsewhere: 0 });
  expect(asked).not.toContain('/about');
  expect(asked).not.toContain('/files/terms.pdf');
});

test('does not count files that are never hashed', async () => {
  const html = `${PAGE}<link rel="icon" href="/favicon.ico"><link rel="icon" href="/favicon.ico?favicon.0b3bf435.ico"><link rel="icon" href="/icon1.png?icon1.0b3bf435.png">
    <script src="/sw.js"></script><script src="/legacy.89abcdef.js"></script>`;
  const paths = ['/favicon.ico', '/favicon.ico?favicon.0b3bf435.ico', '/icon1.png?icon1.0b3bf435.png', '/sw.js'];
  const { url } = await siteWith(html, {
    ...served(paths),
    '/legacy.89abcdef.js': script({ 'cache-control': IMMUTABLE }, 'made by another tool'),
  });
  const { coverage, notAsked } = await reportOf(url);
  expect(coverage).toEqual({ hashed: 1, total: 1, plain: [] });
  expect(notAsked.framework).toBe(2);
  const { stdout } = await verify(url);
  expect(stdout).toMatch(/^plain +200 +fixed name +\/favicon\.ico$/m);
  expect(stdout).toMatch(/^other +200 +own hash +\/legacy\.89abcdef\.js$/m);
});

test('counts a file once, as plain if one of its URLs is plain', async () => {
  const stored = `/_next/static/media/smart-cache/js/app.${HASH}.js`;
  const sizes = [16, 32].map((width) => `<img src="/_next/image?url=%2Fimg%2F0.png&amp;w=${width}">`).join('');
  const { url } = await siteWith(`${PAGE}${sizes}<script src="${stored}"></script><script src="/js/app.js?v=2"></script>`, {
    [stored]: script({ 'cache-control': IMMUTABLE }),
    ...served(['/img/0.png', '/js/app.js?v=2']),
  });
  expect((await reportOf(url)).coverage).toEqual({ hashed: 0, total: 2, plain: ['/img/0.png', '/js/app.js?v=2'] });
});

test('ignores elements with data-no-hash, and fixed names below a basePath', async () => {
  const html = `${PAGE}<img data-no-hash src="/img/0.png"><link rel="icon" href="/docs/favicon.ico"><link rel="icon" href="/other/favicon.ico">
    <script src="/docs/_next/static/chunks/main.js"></script>`;
  const { url, asked } = await siteWith(html, served(['/docs/favicon.ico', '/other/favicon.ico']));
  expect((await reportOf(url)).coverage).toEqual({ hashed: 1, total: 2, plain: ['/other/favicon.ico'] });
  expect(asked).not.toContain('/img/0.png');
});

test('prints the reasons and the fixes with --json', async () => {
  const { url } = await siteWith(
    `${PAGE}<link rel="icon" href="/i.svg"><link rel="preload" as="fetch" href="/d.json">`,
    served(['/i.svg', '/d.json']),
  );
  const { stdout } = await verify(url, '--json');
  expect((JSON.parse(stdout) as { coverage: unknown }).coverage).toMatchObject({
    plain: [`${url}d.json`, `${url}i.svg`],
    reasons: [
      { fix: expect.stringContaining('asset() in both'), urls: [`${url}d.json`] },
      { fix: expect.stringContaining('with asset()'), urls: [`${url}i.svg`] },
    ],
  });
});

test('does not count files that are missing or guarded', async () => {
  const html = `${PAGE}<img src="/gone.png"><img src="/guarded.png"><img src="/login.png">`;
  const { url } = await siteWith(html, {
    '/gone.png': page('<p>Not found</p>', {}, 404),
    '/guarded.png': script({}, '', 401),
    '/login.png': script({ location: '/login' }, '', 307),
  });
  const { exitCode, coverage, assets } = await reportOf(url);
  expect([exitCode, coverage.total, assets.length]).toEqual([0, 1, 4]);
});

test('measures the coverage of the checked files only, with --max-assets', async () => {
  const { url } = await siteWith(PAGE + images(names(3)), served(names(3)));
  const { stderr } = await verify(url, '--max-assets', '2');
  expect(stderr).toContain('1 of 2 checked public files that this page loads are hashed');
  expect(stderr).toContain('2 more files not checked; raise --max-assets');
});

test('prints one note for all files if a made-up hash answers 404 without a lifetime', async () => {
  const isOther = /^\/js\/(?:app|two)\.[0-9a-f]{10}\.js$/;
  const url = await site((path) => {
    if (path === '/') return page(`${PAGE}<script src="/js/two.${HASH}.js"></script>`);
    if (path === `/js/two.${HASH}.js`) return script({ 'cache-control': IMMUTABLE });
    return isOther.test(path) && !path.includes(HASH) ? script({}, '', 404) : undefined;
  });
  const { exitCode, stderr } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stderr.match(/without a lifetime/g)).toHaveLength(1);
  expect(stderr).toMatch(/ \(and 1 more\): a made-up hash answers 404 without a lifetime.*"Cache-Control: no-store"/);
});
