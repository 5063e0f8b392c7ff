import { createHash } from 'node:crypto';
import path from 'node:path';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

import { writeFiles } from '../support/temporary-folder';
import { startWrangler } from './open-next';

const RULE = `/_next/static/*\n  Cache-Control: ${IMMUTABLE}\n`;
const NO_CACHE = '  Cache-Control: no-cache\n';

/** The outcome of `init` for the text of a `_headers` file. */
const CASES: [text: string, outcome: 'to-add' | 'present' | 'by-hand'][] = [
  ['/a\n  X-A: 1\n', 'to-add'],
  ['/*\n  X-A: 1\n', 'to-add'],
  ['/_next/static/*\n  X-A: 1\n', 'to-add'],
  [`${RULE}/_next/static/*\n  X-A: 1\n`, 'to-add'],
  [`/_next/static/media/*\n  Cache-Control: ${IMMUTABLE}\n`, 'to-add'],
  ['/*\n  ! Cache-Control\n', 'to-add'],
  ['/*.css\n  ! Cache-Control\n', 'to-add'],
  [RULE, 'present'],
  [RULE.replace('/_next', '/:any'), 'present'],
  [`/*\n${NO_CACHE}${RULE.replace('\n', '\n  ! Cache-Control\n')}`, 'present'],
  [RULE.replace('31536000', '3600'), 'by-hand'],
  [`/*\n${NO_CACHE}`, 'by-hand'],
  [`/*\n${NO_CACHE}${RULE}`, 'by-hand'],
  [`${RULE}/*.css\n${NO_CACHE}`, 'by-hand'],
  [`${RULE}/*\n  ! Cache-Control\n`, 'by-hand'],
  [`${RULE}/_next/static/media/*\n  ! Cache-Control\n`, 'by-hand'],
];

const CSS = 'a{}';
const FILE = `c.${createHash('sha256').update(CSS).digest('hex').slice(0, 10)}.css`;
const STORE = '_next/static/media/smart-cache';
const page = (href: string) => `<!doctype html><link rel="stylesheet" href="${href}">`;

let app: NextApp;
let server: NodeServer;
const outcomes: string[] = [];

// One workerd serves all cases, each in a folder of its own, as under a basePath.
beforeAll(async () => {
  app = createApp('tiny', { line: 'openNext' });
  const rules = CASES.map(([text], index) => {
    writeFiles(app.dir, {
      [`apps/${index}/package.json`]: '{ "dependencies": { "next": "16" } }',
      [`apps/${index}/wrangler.jsonc`]: '{ "main": "worker.js" }',
      [`apps/${index}/public/_headers`]: text,
      [`site/${index}/${STORE}/${FILE}`]: CSS,
    });
    const { stdout } = app.cli('init', '--json', '--cwd', path.join(app.dir, 'apps', String(index)));
    outcomes.push((JSON.parse(stdout) as { headers: { outcome: string } }).headers.outcome);
    return app.read(`apps/${index}/public/_headers`).replace(/^\//gm, `/${index}/`);
  });
  writeFiles(app.dir, {
    'site/_headers': rules.join('\n'),
    'site/no-rule.html': page(`/no-rule/${STORE}/${FILE}`),
    [`site/no-rule/${STORE}/${FILE}`]: CSS,
    'site/no-rewrites.html': page(`/no-rewrites/${FILE}`),
    'site/no-rewrites/c.css': CSS,
    'worker.js': 'export default { fetch: () => new Response(null, { status: 404, headers: { "Cache-Control": "no-store" } }) };',
    'wrangler.json': JSON.stringify({ name: 'app', main: 'worker.js', compatibility_date: '2026-11-01', assets: { directory: 'site' } }),
  });
  server = await startWrangler(app);
});
afterAll(async () => {
  await server?.stop();
  await app?.dispose();
});

test.each(CASES.map(([text, outcome], index) => [text, outcome, index] as const))(
  'init knows what Cloudflare makes of %j: %s',
  async (_, outcome, index) => {
    const { status, cacheControl } = await request(server.origin, `/${index}/${STORE}/${FILE}`);
    expect([outcomes[index], status, cacheControl === IMMUTABLE]).toEqual([outcome, 200, outcome !== 'by-hand']);
  },
);

test('the rule does not apply to missing files, which the Worker answers', async () => {
  const { status, cacheControl } = await request(server.origin, `/0/${STORE}/c.0123456789.css`);
  expect([status, cacheControl]).toEqual([404, 'no-store']);
});

test('verify says that the rule is missing, and how to add it', () => {
  const { status, stderr } = app.cli('verify', `${server.origin}/no-rule`);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /The Cache-Control of a hashed URL is wrong: .*\n {2}Why: it is "public, max-age=0, must-revalidate".*\n {2}Fix: on Cloudflare .*init/,
  );
});

test('verify says which delivery a host needs that applies no rewrites', () => {
  const { status, stderr } = app.cli('verify', `${server.origin}/no-rewrites`);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /The host does not apply the rewrites of hashed URLs: .*\n {2}Why: it answers 404.*\n {2}Fix: set delivery: 'static'/,
  );
});
