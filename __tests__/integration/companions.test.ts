import path from 'node:path';
import { expectedUrl } from '../support/expected-urls';
import { IMMUTABLE, isCacheable, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { bundlerFlags } from './bundlers';

const IMPORTS = [
  "import createAnalyzer from '@next/bundle-analyzer';",
  "import createMdx from '@next/mdx';",
  "import createIntl from 'next-intl/plugin';",
  "import { withSmartCache } from 'next-smart-cache/config';",
  "const withIntl = createIntl('./i18n/request.js'), withAnalyzer = createAnalyzer({ enabled: false });",
  "const config = { pageExtensions: ['jsx', 'mdx', 'js'] };",
];
const MDX = 'const withMdx = createMdx();';
// Under Turbopack, a wrapper outside of ours adds its rules after ours have been made, so it names the runtime itself.
const MDX_OUTSIDE = "const withMdx = createMdx({ options: { jsxImportSource: 'next-smart-cache' } });";
// Serwist works with webpack alone.
const SERWIST = [
  "import createSerwist from '@serwist/next';",
  "const withSerwist = createSerwist({ swSrc: 'app/sw.js', swDest: 'public/sw.js' });",
];

/** The wrappers that apps use, with ours outside of all, inside of all, and in between. */
describe.each([
  { name: 'outermost, Turbopack', bundler: 'turbopack', wrapped: 'withSmartCache(withIntl(withAnalyzer(withMdx(config))))' },
  { name: 'innermost, Turbopack', bundler: 'turbopack', wrapped: 'withAnalyzer(withIntl(withMdx(withSmartCache(config))))' },
  { name: 'outermost, webpack', bundler: 'webpack', wrapped: 'withSmartCache(withSerwist(withIntl(withAnalyzer(withMdx(config)))))' },
  { name: 'in between, webpack', bundler: 'webpack', wrapped: 'withMdx(withIntl(withSmartCache(withSerwist(withAnalyzer(config)))))' },
  { name: 'innermost, webpack', bundler: 'webpack', wrapped: 'withSerwist(withAnalyzer(withIntl(withMdx(withSmartCache(config)))))' },
] as const)('with other wrappers, $name', ({ bundler, wrapped }) => {
  let app: NextApp;
  let server: NodeServer;

  beforeAll(async () => {
    app = createApp('companions', { line: 'companions', bundler: bundlerFlags('companions', bundler) });
    const mdx = bundler === 'turbopack' && !wrapped.startsWith('withSmartCache') ? MDX_OUTSIDE : MDX;
    const lines = [...(wrapped.includes('withSerwist') ? SERWIST : []), ...IMPORTS, mdx, `export default ${wrapped};`];
    app.write('next.config.mjs', lines.sort((a, b) => Number(b.startsWith('import')) - Number(a.startsWith('import'))).join('\n'));
    app.build();
    server = await app.start();
  });
  afterAll(() => app.dispose());

  test('the app builds, and each wrapper does its work', async () => {
    const settings = { publicDir: path.join(app.dir, 'public') };
    const home = (await request(server.origin, '/')).body.toString();
    expect(home).toContain('translated');
    expect(home).toContain(expectedUrl('/js/application.js', settings));
    const icon = expectedUrl('/img/icon.svg', settings);
    for (const page of ['/docs', '/evaluated']) {
      expect((await request(server.origin, page)).body.toString()).toMatch(new RegExp(`<img src="${icon}" alt="icon"`));
    }
    expect((await request(server.origin, icon)).cacheControl).toBe(IMMUTABLE);
    if (!wrapped.includes('withSerwist')) return;
    const worker = await request(server.origin, '/sw.js');
    expect([worker.status, isCacheable(worker.cacheControl)]).toEqual([200, false]);
  });
});
