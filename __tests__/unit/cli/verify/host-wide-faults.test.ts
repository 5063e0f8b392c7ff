import { createHash } from 'node:crypto';
import { closeSites, type Handler, IMMUTABLE, page, script, site, verify } from '../../support/verified-site';

afterEach(closeSites);

const FILES: Record<string, string> = { '/js/a.js': '"a";', '/js/b.js': '"b";', '/css/c.css': 'c{}' };
const STORE = '/_next/static/media/smart-cache';
const hashed = (path: string) =>
  path.replace(
    /(?=\.\w+$)/,
    `.${createHash('sha256')
      .update(FILES[path] ?? '')
      .digest('hex')
      .slice(0, 10)}`,
  );
const isHashed = (url: string) => /\.[0-9a-f]{10}\./.test(url);

/** A page that loads all files by hashed URLs, on a host with its own answers. */
const host = (answer: (url: string, content: string) => Handler | undefined, prefix = '') =>
  site((url) => {
    if (url === '/')
      return page(
        Object.keys(FILES)
          .map((path) => `<script src="${prefix}${hashed(path)}"></script>`)
          .join(''),
      );
    const path = url.replace(STORE, '').replace(/\.[0-9a-f]{10}(?=\.\w+$)/, '');
    const content = FILES[path];
    return content === undefined ? undefined : answer(url, content);
  });

const isRight = (url: string) => Object.keys(FILES).some((path) => url.endsWith(hashed(path)));
const missing = (status: number) => script({ 'cache-control': 'no-store' }, 'no such file', status);
const plain = (content: string) => script({ 'cache-control': 'public, max-age=0' }, content);

test.each([404, 403])(
  'prints one message with the delivery to set, if a host answers %d for all hashed files and has the plain ones',
  async (status) => {
    const { exitCode, stderr } = await verify(await host((url, content) => (isHashed(url) ? missing(status) : plain(content))));
    expect(exitCode).toBe(1);
    expect(stderr.match(/The host does not apply the rewrites of hashed URLs: .* \(and 2 more\)\n/g)).toHaveLength(1);
    expect(stderr).toMatch(/Fix: set delivery: 'static' in the options of withSmartCache/);
    // If a stale hash is a 404, an old page looks the same.
    expect(stderr).toMatch(/on Vercel, and with onStaleHash: 'not-found', the page may be of another deploy/);
    expect(stderr).not.toContain('The status is not 200');
  },
);

test('does not advise static delivery if a hashed file exists, or if no plain one does', async () => {
  const one = await verify(
    await host((url, content) =>
      isHashed(url) && !url.includes('/js/a.') ? missing(404) : script({ 'cache-control': IMMUTABLE }, content),
    ),
  );
  const none = await verify(await host(() => missing(404)));
  const pageForAll = await verify(await host((url) => (isHashed(url) ? missing(404) : page('<p>home</p>'))));
  const inStore = await verify(await host((url, content) => (isHashed(url) ? missing(404) : plain(content)), STORE));
  for (const { exitCode, stderr } of [one, none, pageForAll, inStore]) {
    expect([exitCode, stderr.includes('The status is not 200'), stderr.includes("delivery: 'static'")]).toEqual([1, true, false]);
  }
});

test('prints one message with the command that adds the rule, if the host lacks it for the static folder', async () => {
  const stale = script({ 'cache-control': 'no-store' }, '', 404);
  const headers = { 'cache-control': 'public, max-age=0, must-revalidate' };
  const { exitCode, stderr } = await verify(await host((url, content) => (isRight(url) ? script(headers, content) : stale), STORE));
  expect(exitCode).toBe(1);
  expect(stderr.match(/The Cache-Control of a hashed URL is wrong: .* \(and 2 more\)\n/g)).toHaveLength(1);
  expect(stderr).toMatch(/Fix: on Cloudflare and Netlify, "next-smart-cache init" adds the rule to public\/_headers/);
});

test('does not name the rule if a file of the folder is immutable or missing', async () => {
  const stale = missing(404);
  const headersOf = (url: string) => ({ 'cache-control': url.includes('/js/a.') ? IMMUTABLE : 'public, max-age=0' });
  const some = await verify(await host((url, content) => (isRight(url) ? script(headersOf(url), content) : stale), STORE));
  const gone = await verify(await host((url, content) => (isRight(url) && !url.includes('/js/a.') ? plain(content) : stale), STORE));
  const rewritten = await verify(await host((url, content) => (isRight(url) || !isHashed(url) ? plain(content) : stale)));
  for (const { exitCode, stderr } of [some, gone, rewritten]) {
    expect([exitCode, stderr.includes('The Cache-Control of a hashed URL is wrong'), stderr.includes('_headers')]).toEqual([
      1,
      true,
      false,
    ]);
  }
});
