import fs from 'node:fs';
import path from 'node:path';
import { listFiles } from '../support/folders';
import { createApp, type NextApp } from '../support/next-app';
import { bundlerFlags } from './bundlers';

interface CoverageData {
  measured: boolean;
  hashed: number;
  total: number;
  percent: number;
  plain: { assetPath: string; place: string; pages: string[]; why: string; fix: string }[];
  pages: number;
  notMeasured: string[];
  why?: string;
}

/** Returns the coverage in the report of `check --json`. */
function coverageOf(app: NextApp, ...args: string[]) {
  const { status, stdout, stderr } = app.cli('check', '--json', ...args);
  return { status, stderr, coverage: (JSON.parse(stdout) as { coverage: CoverageData }).coverage };
}

const EVERYWHERE = ['/', '/_not-found', '/posts/first', '/posts/second'];

/** The files that the pages load by their plain URL, with the place, the pages and the fix. */
const PLAIN = [
  ['/data/search.json', 'fetch', EVERYWHERE, 'asset() in both'],
  ['/flags/de.svg', '<img src>', ['/'], "clientAssets: ['/flags/**']"],
  ['/img/both.svg', '<img src>', ['/legacy'], 'asset() where that HTML is made'],
  ['/img/first.svg', '<img src>', ['/posts/first'], 'from the root of the site'],
  ['/img/icon.svg', '<link rel="icon">', EVERYWHERE, 'write its URLs with asset()'],
  ['/img/inline-style.svg', 'style', ['/'], 'asset() where that HTML is made'],
  ['/img/markdown.svg', '<img src>', ['/', '/posts/first', '/posts/second'], 'asset() where that HTML is made'],
  ['/img/preview.svg', 'metadata', EVERYWHERE, 'write its URLs with asset()'],
  ['/img/second.svg', '<img src>', ['/posts/second'], 'from the root of the site'],
  ['/img/style-element.svg', '<style>', ['/'], 'asset() where that HTML is made'],
  ['/img/svg-image.svg', '<image href>', ['/'], 'asset() where that HTML is made'],
] as const;

/** The files that the pages load by a hashed URL. `next/image` makes several sizes of one, and a stylesheet of `public/` names another. */
const HASHED = ['/css/site.css', '/img/element.svg', '/img/from-css.svg', '/img/legacy.svg', '/img/photo.png'];

const TOTAL = HASHED.length + PLAIN.length;

const rowsOf = ({ plain }: CoverageData) => plain.map(({ assetPath, place, pages, fix }) => [assetPath, place, pages, fix]);

const expectedRows = (everywhere: readonly string[] = EVERYWHERE) =>
  PLAIN.map(([assetPath, place, pages, fix]) => [
    assetPath,
    place,
    pages === EVERYWHERE ? everywhere : pages,
    expect.stringContaining(fix),
  ]);

describe('on a server, with prerendered and dynamic pages of both routers, below a basePath', () => {
  let app: NextApp;
  let output: string;
  beforeAll(() => {
    app = createApp('coverage');
    expect(coverageOf(app)).toMatchObject({ coverage: { measured: false, why: expect.stringContaining('no finished build') } });
    output = app.build();
  });
  afterAll(() => app.dispose());

  test('next build ends with one line, and the reason and the fix of each kind', () => {
    const [line = '', ...reasons] = output.slice(output.indexOf(`next-smart-cache: ${HASHED.length} of`)).split('\n');
    expect(line).toMatch(
      new RegExp(
        `^next-smart-cache: ${HASHED.length} of ${TOTAL} public files that your pages load are hashed; ` +
          'plain: /data/search\\.json \\(fetch in / and 3 more pages\\), .+ and 6 more; 2 dynamic pages not measured$',
      ),
    );
    expect(reasons.filter((reason) => reason.startsWith('  /'))).toEqual([
      expect.stringMatching(/^ {2}\/data\/search\.json: fetch\(\) .+; write asset\(\) in both/),
      expect.stringMatching(/^ {2}\/flags\/de\.svg: .+ client code, add clientAssets: \['\/flags\/\*\*'\]/),
      expect.stringMatching(/^ {2}\/img\/both\.svg, .+ and 2 more: .+ HTML of Markdown or of a CMS/),
      expect.stringMatching(/^ {2}\/img\/first\.svg, \/img\/second\.svg: /),
      expect.stringMatching(/^ {2}\/img\/icon\.svg, \/img\/preview\.svg: the JSX runtime does not see metadata objects; /),
    ]);
  });

  test('check says the same, as text and as data', () => {
    const { status, stderr, coverage } = coverageOf(app);
    expect(rowsOf(coverage)).toEqual(expectedRows());
    const { plain, ...figures } = coverage;
    expect({ status, ...figures }).toEqual({
      status: 0,
      measured: true,
      hashed: HASHED.length,
      total: TOTAL,
      percent: 31.2,
      pages: 6,
      notMeasured: ['/account', '/dynamic'],
    });
    expect(stderr).toContain(`next-smart-cache: ${HASHED.length} of ${TOTAL} public files that your pages load are hashed; plain: `);
    expect(stderr).toMatch(/ files checked, no problems; coverage 31\.2 %\n$/);
  });

  test('check --coverage fails below the given percentage', () => {
    expect(coverageOf(app, '--coverage', '31.25')).toMatchObject({ status: 0 });
    const { status, stderr } = coverageOf(app, '--coverage', '31.26');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('coverage is 31.2 %, below 31.26 %: 5 of 16 public') });
    expect(app.cli('check', '--coverage', 'most')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a percentage from 0 to 100'),
    });
  });

  test('a stylesheet that Next bundles counts by the URLs that Next has written', () => {
    const folder = path.join(app.dir, '.next/static');
    const sheets = listFiles(folder).filter((file) => file.endsWith('.css') && !file.includes('smart-cache'));
    const sheet = path.join(folder, sheets[0] ?? '');
    const before = fs.readFileSync(sheet);
    fs.appendFileSync(sheet, '.hero{background:url(/docs/img/linked.svg)}');
    const { coverage } = coverageOf(app);
    fs.writeFileSync(sheet, before);
    expect(coverage.plain.find(({ assetPath }) => assetPath === '/img/linked.svg')).toMatchObject({
      place: 'url()',
      pages: [path.basename(sheet)],
      fix: expect.stringContaining('next-smart-cache/postcss'),
    });
    expect(coverage.total).toBe(TOTAL + 1);
  });

  test('verify reports the coverage of a live page', async () => {
    const server = await app.start();
    const { status, stdout, stderr } = app.cli('verify', `${server.origin}/docs`, '--json');
    const { coverage } = JSON.parse(stdout) as { coverage: { hashed: number; total: number; plain: string[] } };
    const onThatPage = [
      ...PLAIN.filter(([, , pages]) => (pages as readonly string[]).includes('/')).map(([assetPath]) => assetPath),
      // `verify` cannot see the options.
      ...['/plain/automatic.svg', '/plain/excluded.svg'],
    ].map((file) => `${server.origin}/docs${file}`);
    expect({ status, hashed: coverage.hashed, plain: [...coverage.plain].sort() }).toEqual({ status: 0, hashed: 5, plain: onThatPage });
    expect(stderr).toContain(`: 5 of ${5 + onThatPage.length} public files that this page loads are hashed; no faults in 5 hashed files\n`);
    const dynamic = app.cli('verify', `${server.origin}/docs/account`);
    expect(dynamic).toMatchObject({ status: 0, stderr: expect.stringContaining('1 of 1 public file that this page loads is hashed') });
    await server.stop();
  });

  test('a build of other files is not measured', () => {
    app.write('public/img/new.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    app.cli('build');
    const why = 'public/ or the options have changed since the last build; run "next build" again';
    expect(coverageOf(app)).toMatchObject({ status: 0, coverage: { measured: false, why } });
    const { status, stderr } = coverageOf(app, '--coverage', '0');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(`coverage is not measured, so the check for 0 % fails: ${why}`),
    });
  });
});

describe("output: 'export'", () => {
  let app: NextApp;
  // Each step has its own timeout, so that a slow machine needs no longer one.
  beforeAll(() => {
    app = createApp('coverage', { line: 'previous', bundler: bundlerFlags('previous', 'webpack') });
    for (const name of ['app/dynamic', 'app/api', 'pages/account.jsx', 'pages/api'])
      fs.rmSync(path.join(app.dir, name), { recursive: true });
    app.write('next.config.mjs', app.read('next.config.mjs').replace('imageSizes: [16, 32] }', "unoptimized: true }, output: 'export'"));
    // A page that the user wrote, which Next only copies.
    app.write('public/own.html', '<img src="/docs/img/linked.svg">');
  });
  afterAll(() => app.dispose());

  test('next build measures the files that it exports', () => {
    expect(app.build()).toContain(`next-smart-cache: ${HASHED.length} of ${TOTAL} public files that your pages load are hashed; plain: `);
  });

  test('check says the same, until there is no finished build', () => {
    const { coverage } = coverageOf(app);
    expect(rowsOf(coverage)).toEqual(expectedRows(['/', '/404', '/posts/first', '/posts/second']));
    expect(coverage).toMatchObject({ hashed: HASHED.length, total: TOTAL, pages: 5, notMeasured: [] });
    fs.rmSync(path.join(app.dir, '.next/BUILD_ID'));
    expect(coverageOf(app, '--coverage', '1')).toMatchObject({ status: 1, coverage: { measured: false } });
  });
});
