import {
  closeSites,
  failing,
  HASH,
  type Handler,
  IMMUTABLE,
  isHashed,
  PAGE,
  page,
  script,
  serve,
  site,
  verify,
} from '../../support/verified-site';

afterEach(closeSites);

/** Another site, and its requests. */
async function otherSite(changed: (url: string) => Handler | undefined = () => undefined) {
  const asked: string[] = [];
  const origin = await site((url) => {
    asked.push(url);
    return changed(url);
  });
  return { origin: origin.slice(0, -1), asked };
}

const siteWith = (html: string, changed: (url: string) => Handler | undefined = () => undefined) =>
  site((url) => (url === '/' ? page(html) : changed(url)));

test('never sends a request to an origin that only the page names', async () => {
  const { origin, asked } = await otherSite();
  const file = `${origin}/js/app.${HASH}.js`;
  const url = await siteWith(
    `<base href="${origin}/"><script src="${file}"></script><img src="relative.png" srcset="${origin}/1.png 1x, //${new URL(origin).host}/2.png 2x">
    <link rel="stylesheet" href="${origin}/_next/static/css/a.css"><link rel="modulepreload" href="${file}"><div style="background: url(${origin}/3.png)"></div>
    <style>@import "${origin}/4.css"; a { src: url(${origin}/5.woff2) }</style><script type="importmap">{ "imports": { "a": "${origin}/6.js" } }</script>
    <img src="http://localhost/_next/image?url=${encodeURIComponent(file)}&w=64&q=75"><link rel="stylesheet" href="${origin}/_next/static/media/smart-cache/a.${HASH}.css">`,
  );
  const own = await siteWith(
    `${PAGE}<link rel="stylesheet" href="/a.css"><img src="/_next/image?url=${encodeURIComponent(file)}&w=64&q=75"><script src="/js/moved.${HASH}.js"></script>`,
    (path) => {
      if (path === '/a.css') return script({}, `@import "${origin}/7.css"; a { background: url(${file}) }`);
      return path.startsWith('/js/moved.') ? script({ location: file }, '', 307) : undefined;
    },
  );
  await verify(url);
  await verify(own);
  expect(asked).toEqual([]);
});

test('lists hashed URLs on another origin, with the command that checks them', async () => {
  const { origin } = await otherSite();
  const url = await siteWith(`<script src="${origin}/js/app.${HASH}.js"></script><img src="${origin}/logo.png">`);
  const { exitCode, stderr } = await verify(url);
  expect(exitCode).toBe(0);
  expect(stderr).toContain(
    `1 URL with a hash on ${origin} not checked, because it is another origin; if it is your cdnPrefix: next-smart-cache verify ${url} --origin ${origin}\n`,
  );
  const { notAsked } = JSON.parse((await verify(url, '--json')).stdout) as { notAsked: unknown };
  expect(notAsked).toMatchObject({ elsewhere: 2, hashedElsewhere: [`${origin}/js/app.${HASH}.js`] });
});

test('lists at most five other origins', async () => {
  const scripts = Array.from({ length: 8 }, (_, index) => `<script src="https://${index}.invalid/app.${HASH}.js"></script>`);
  const { stderr } = await verify(await siteWith(PAGE + scripts.join('')));
  expect(stderr.match(/not checked, because it is another origin/g)).toHaveLength(5);
  expect(stderr).toContain('URLs with a hash on 3 more origins not checked; --json lists them');
});

describe('with --origin', () => {
  const PATH = `/js/app.${HASH}.js`;
  async function check(
    changed: (url: string) => Handler | undefined,
    html = (origin: string) => `<script src="${origin}${PATH}"></script>`,
  ) {
    const { origin, asked } = await otherSite(changed);
    const run = await failing(await siteWith(html(origin)), '--origin', origin);
    return { ...run, asked };
  }

  test('checks hashed URLs there like those of the site', async () => {
    const { exitCode, asked } = await check(() => undefined);
    expect([exitCode, asked.length]).toEqual([0, 3]);
  });

  test.each<[string, Handler, checks: string[]]>([
    ['a wrong header', script({}), ['header']],
    ['other bytes', script({ 'cache-control': IMMUTABLE }, 'minified'), ['hash']],
    ['a 404', script({}, '', 404), ['status']],
  ])('%s is a fault', async (_, handler, checks) => {
    expect(await check((url) => (isHashed(url) ? handler : undefined))).toMatchObject({ exitCode: 1, checks });
  });

  test("ignores plain URLs there, and searches Next's stylesheets", async () => {
    const { exitCode, asked } = await check(
      (url) => (url === '/_next/static/css/a.css' ? script({}, `a { background: url(${PATH}) }`) : undefined),
      (origin) => `<link rel="stylesheet" href="${origin}/_next/static/css/a.css"><img src="${origin}/logo.png">`,
    );
    expect(exitCode).toBe(0);
    expect(asked).toContain(PATH);
    expect(asked).not.toContain('/logo.png');
  });

  test.each(['cdn.example.com', 'ftp://cdn.example.com', ''])('"%s" is not an origin: exit code 2', async (origin) => {
    const { exitCode, stderr } = await verify('http://127.0.0.1:9/', '--origin', origin);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('It must be an origin, such as https://cdn.example.com.')]);
  });
});

describe('a page that redirects to another origin', () => {
  test('is not followed, and the message says what to type', async () => {
    const { origin, asked } = await otherSite();
    const redirecting = await serve(script({ location: `${origin}/shop` }, '', 308));
    const { exitCode, stderr } = await verify(redirecting);
    expect([exitCode, asked]).toEqual([1, []]);
    expect(stderr).toContain(`A redirect was not followed: ${redirecting}\n`);
    expect(stderr).toContain(`Fix: next-smart-cache verify ${origin}/shop\n`);
  });

  test('is followed if --origin names it', async () => {
    const { origin } = await otherSite();
    const redirecting = await serve(script({ location: `${origin}/` }, '', 308));
    expect(await failing(redirecting, '--origin', origin)).toEqual({ exitCode: 0, checks: [] });
  });

  test('cannot put a shell command into the command to type', async () => {
    const redirecting = await serve(script({ location: 'https://example.com/$(touch$IFS)`id`;\'"' }, '', 308));
    const { stderr } = await verify(redirecting);
    expect(stderr).toContain("Fix: next-smart-cache verify 'https://example.com/$(touch$");
    expect(stderr).toMatch(/Fix: next-smart-cache verify '[^']+'\n/);
  });
});

test('does not read a path that begins with two slashes as another host', async () => {
  const { origin, asked } = await otherSite();
  const path = `//${new URL(origin).host}`;
  const url = await site((requested) => (requested === path ? page(PAGE) : undefined));
  await verify(url.slice(0, -1) + path);
  expect(asked).toEqual([]);
});
