import fs from 'node:fs';
import path from 'node:path';
import { expectedUrl } from '../support/expected-urls';
import { isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

describe.each([
  { name: 'Turbopack', bundler: [] },
  { name: 'webpack', bundler: ['--webpack'] },
] as const)('next dev with $name', ({ bundler }) => {
  let app: NextApp;
  let server: NodeServer;

  beforeAll(async () => {
    app = createApp('catch-all', { bundler });
    server = await app.dev();
  });
  afterAll(() => app.dispose());

  const linked = async (page: string, pattern: RegExp) => pattern.exec((await request(server.origin, page)).body.toString())?.[0];

  test('a page that is added with its file, after other pages were rendered, links the file by its hash', async () => {
    await linked('/', /\/css\/site\.[^"]*/);
    app.write('public/css/newest.css', 'body { color: red; }');
    await until(async () => app.read('.smart-cache/development/client-manifest.mjs').includes('/css/newest.css'));
    app.write(
      'app/newest/page.jsx',
      'import { CachedStyle } from \'next-smart-cache\';\nexport default () => <CachedStyle href="/css/newest.css" />;\n',
    );
    // Turbopack reuses the parts that an old page and a new one share, but not at once.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    let found: string | undefined;
    await until(async () => {
      found = await linked('/newest', /\/css\/newest\.[^"]*/);
      return found !== undefined;
    });
    expect(found).toMatch(/^\/css\/newest\.[0-9a-f]{10}\.css$/);
    expect(server.output()).not.toContain('has no file for an asset path: /css/newest.css');
  });

  test('a page that is compiled after an edit renders the current URLs in client code, the same as the browser', async () => {
    const page =
      "'use client';\nimport { asset } from 'next-smart-cache';\nexport default () => <img src={asset('/img/mark.svg')} alt=\"\" />;\n";
    app.write('public/img/mark.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>\n');
    for (const name of ['before', 'after']) app.write(`app/${name}/page.jsx`, page);
    const url = /\/img\/mark\.[0-9a-f]{10}\.svg/;
    const written = () => url.exec(app.read('.smart-cache/development/client-manifest.mjs'))?.[0];
    let before: string | undefined;
    await until(async () => {
      before = await linked('/before', url);
      return before !== undefined;
    });
    app.write('public/img/mark.svg', '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>\n');
    // Do not take the first URL that differs: the server may read the file while the test writes it.
    const now = expectedUrl('/img/mark.svg', { publicDir: path.join(app.dir, 'public') });
    await until(async () => written() === now);
    expect(await linked('/after', url)).toBe(now);
  });

  test('maps hashed URLs to the originals, and nothing is cacheable', async () => {
    expect(await linked('/', /\/js\/application\.[^"]*/)).toBe('/js/application.46fb7aa72a.js');
    for (const path of [
      '/js/application.46fb7aa72a.js',
      '/js/LICENSE.adc37366f4',
      '/note.53175bcc05.txt',
      '/js/lib.0123456789.b2c76e21f5.js',
    ]) {
      const answer = await request(server.origin, path);
      expect([path, answer.status, isCacheable(answer.cacheControl)]).toEqual([path, 200, false]);
    }
    const own = await request(server.origin, '/js/lib.0123456789.js');
    expect([own.status, own.body.toString()]).toEqual([200, app.read('public/js/lib.0123456789.js')]);
  });

  test('hashes follow edits, on pages of both routers and in client code', async () => {
    const pages = ['/', '/legacy'] as const;
    const before = await Promise.all(pages.map((page) => linked(page, /\/css\/site\.[^"]*/)));
    app.write('public/css/site.css', 'body { background: rgb(4, 5, 6); }\n');
    for (const [index, page] of pages.entries()) {
      let url: string | undefined;
      await until(async () => {
        url = await linked(page, /\/css\/site\.[^"]*/);
        return url !== undefined && url !== before[index];
      });
      expect((await request(server.origin, url ?? '')).body.toString()).toBe('body { background: rgb(4, 5, 6); }\n');
    }
    app.write('public/img/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>\n');
    await until(async () => (await linked('/client', /\/img\/logo\.[^"]*/)) !== '/img/logo.ade38c8ba0.svg');
  });

  test('a manifest left from a production build hides no edit', async () => {
    expect(JSON.parse(app.read('.smart-cache/manifest.json')).assets['/css/site.css'].hash).not.toBe('45dab2e697');
  });

  test('the types follow files that come and go', async () => {
    const isDeclared = () => app.read('smart-cache-env.d.ts').includes('"/img/new.svg"');
    await request(server.origin, '/');
    expect(app.read('smart-cache-env.d.ts')).toContain('| "/robots.txt"');
    app.write('public/img/new.svg', '<svg/>');
    await until(async () => isDeclared());
    fs.rmSync(path.join(app.dir, 'public/img/new.svg'));
    await until(async () => !isDeclared());
  });

  test('a file that is new in public/ works, also in a new folder and in public/ itself', async () => {
    for (const file of ['/js/late.js', '/video/late.js', '/late.js']) {
      app.write(`public${file}`, `late = "${file}";\n`);
      app.write(
        'app/client/page.jsx',
        `import { asset } from 'next-smart-cache'; export default () => <img src={asset('${file}')} alt="" />;\n`,
      );
      let url: string | undefined;
      await until(async () => {
        url = await linked('/client', new RegExp(`${file.replace(/\.js$/, '')}\\.[^"]*`));
        return url !== undefined;
      });
      const answer = await request(server.origin, url ?? '');
      expect([url, answer.body.toString()]).toEqual([url, `late = "${file}";\n`]);
      expect(isCacheable(answer.cacheControl)).toBe(false);
    }
  });

  test('keeps the slug of a page that only looks hashed', async () => {
    const { body } = await request(server.origin, '/account/x.46fb7aa72a.css');
    expect(body.toString().replaceAll('&quot;', '"').replaceAll('<!-- -->', '')).toContain('["account","x.46fb7aa72a.css"]');
  });
});

test('the browser requests every file again, although the config lets it keep them, and stores no font', async () => {
  const app = createApp('catch-all');
  app.write(
    'next.config.mjs',
    `import { withSmartCache } from 'next-smart-cache/config';
     const headers = [{ key: 'Cache-Control', value: 'public, max-age=31536000, immutable' }];
     export default withSmartCache({ basePath: '/docs', headers: async () => [{ source: '/:path*', headers }] });`,
  );
  app.write('public/font/text.woff2', 'font');
  const server = await app.dev();
  try {
    const html = (await request(server.origin, '/docs/client')).body.toString();
    for (const [url, expected] of [
      [/\/docs\/img\/logo\.[0-9a-f]{10}\.svg/.exec(html)?.[0] ?? '', 'no-cache'],
      ['/docs/img/logo.svg', 'no-cache'],
      ['/docs/robots.txt', 'no-cache'],
      ['/docs/font/text.woff2', 'no-store'],
    ] as const) {
      const { status, cacheControl } = await request(server.origin, url);
      expect([url, status, cacheControl]).toEqual([url, 200, expected]);
    }
  } finally {
    await app.dispose();
  }
});

/** Repeats a request, as a person would reload. The timeout of the test is the limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
