import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';

let app: NextApp;
afterEach(() => app.dispose());

const writeConfig = (code: string) =>
  app.write('next.config.mjs', `import { withSmartCache } from 'next-smart-cache/config';\nexport default ${code};`);

/** Imitates a wrapper that drops these keys of the config. */
const dropping = (...replacements: string[]) => writeConfig(`{ ...withSmartCache({}), ${replacements.join(', ')} }`);

/** Leaves nothing that is rendered while Next builds, so that no asset path is looked up. */
function renderAtRunTime(): void {
  fs.rmSync(path.join(app.dir, 'app/client'), { recursive: true });
  fs.rmSync(path.join(app.dir, 'pages'), { recursive: true });
  app.write('app/layout.jsx', 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;');
  app.write(
    'app/[[...slug]]/page.jsx',
    "import { asset } from 'next-smart-cache'; export const dynamic = 'force-dynamic'; export default () => asset('/js/application.js');",
  );
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

describe('before Next compiles', () => {
  test.each<[string, string, ...RegExp[]]>([
    ['throws', '() => { throw new Error("no rewrites today"); }', /Error: no rewrites today\n\s+at .*next\.config\.mjs:2/],
    ['rejects', 'async () => { throw new Error("no rewrites today"); }', /Error: no rewrites today\n\s+at .*next\.config\.mjs:2/],
    ['returns a string', 'async () => "/a"', /rewrites must return an array, received string/],
    ['returns an unknown key', 'async () => ({ beforeFile: [] })', /rewrites must return an array, received object/],
    ['returns nonsense', 'async () => ["/a"]', /The route "\/a" is not a valid object/],
  ])('Next reports a `rewrites` that %s, in its own words', (_, rewrites, said) => {
    app = createApp('catch-all', { prebuild: false });
    writeConfig(`withSmartCache({ rewrites: ${rewrites} })`);
    const { status, output } = app.tryBuild();
    expect([status, output]).toEqual([1, expect.stringMatching(said)]);
    expect(output).not.toContain('SmartCacheError');
  });

  test.each<[string, string, RegExp]>([
    ['throws', '() => { throw new Error("no headers today"); }', /Error: no headers today\n\s+at .*next\.config\.mjs:2/],
    ['returns a string', 'async () => "/a"', /headers must return an array, received string/],
    ['returns nonsense', 'async () => [{ source: "/a", headers: [null] }]', /`headers` items must be object with/],
  ])('Next reports a `headers` that %s, in its own words', (_, headers, said) => {
    app = createApp('catch-all', { prebuild: false });
    writeConfig(`withSmartCache({ headers: ${headers} })`);
    const { status, output } = app.tryBuild();
    expect([status, output]).toEqual([1, expect.stringMatching(said)]);
    expect(output).not.toContain('SmartCacheError');
  });

  test('a `headers` that is not a function is ignored by Next, which says so', () => {
    app = createApp('tiny');
    writeConfig('withSmartCache({ headers: [] })');
    const { status, output } = app.tryBuild();
    expect([status, output]).toEqual([0, expect.stringMatching(/headers/)]);
    expect(output).not.toContain('SmartCacheError');
  });

  test.each([
    ['withSmartCache("next.config.js")', /expected an object.*; got string/],
    [
      'withSmartCache(async () => undefined)',
      /what the function given to withSmartCache\(\).* returned\n.*expected an object.*; got undefined/,
    ],
  ])('%s is refused', (config, said) => {
    app = createApp('catch-all', { prebuild: false });
    writeConfig(config);
    const { status, output } = app.tryBuild();
    expect([status, output]).toEqual([1, expect.stringMatching(said)]);
  });

  test('versions that are too old are refused, by the command line and by Next', () => {
    app = createApp('catch-all', { prebuild: false });
    app.write('node_modules/react/package.json', '{ "version": "18.1.0" }');
    for (const output of [app.cli('build').stderr, app.tryBuild().output]) {
      expect(output).toContain('react 18.1.0 is not supported');
      expect(output).toContain('npm install react@^18.2 react-dom@^18.2');
    }
  });

  test('a route that is the hashed URL of a file is refused', () => {
    app = createApp('catch-all', { prebuild: false });
    app.write('app/js/application.46fb7aa72a.js/route.js', "export const GET = () => new Response('mine');");
    const { status, output } = app.tryBuild();
    expect([status, output]).toEqual([1, expect.stringContaining('/js/application.46fb7aa72a.js')]);
    expect(output).toContain('rename the routes');
  });
});

describe('an outer wrapper that drops', () => {
  test('the hook and the rewrites fails next build in the end, with the reason', () => {
    app = createApp('catch-all', { prebuild: false });
    renderAtRunTime();
    dropping('rewrites: async () => []', 'compiler: {}');
    const { status, output } = app.tryBuild();
    expect(status).toBe(1);
    expect(output).toContain('next build did not use compiler.runAfterProductionCompile and rewrites');
    expect(output).toContain('let withSmartCache be outermost');
  });

  test('the aliases fails next build as soon as a page looks up a path', () => {
    app = createApp('catch-all', { line: 'previous' });
    dropping('webpack: (config) => config');
    const { status, output } = app.tryBuild();
    expect([status, output]).toEqual([1, expect.stringContaining('ERR_SMART_CACHE_CONFIG_DROPPED')]);
    expect(output).toContain('the bundler did not use the aliases of withSmartCache');
  });

  test.each([
    ['its aliases', '{ ...withSmartCache({}), turbopack: {} }', /the bundler did not use the aliases of withSmartCache/g],
    ['the whole wrapper', '{}', /the Next config is not wrapped/g],
  ])('%s makes next dev warn once and render the plain URLs', async (_, config, said) => {
    app = createApp('catch-all');
    writeConfig(config);
    const server = await app.dev();
    for (const page of ['/', '/a', '/']) expect((await request(server.origin, page)).body.toString()).toContain('"/js/application.js"');
    expect(count(server.output(), said)).toBe(1);
  });
});

test('routes that look hashed stay routes of the app, and the build names dynamic pages that share a folder with public/', async () => {
  app = createApp('catch-all', { prebuild: false });
  const route = (text: string) => `export const GET = () => new Response('${text}');`;
  app.write('app/(own)/js/own.0123456789.js/route.js', route('the app router'));
  app.write('pages/css/own.0123456789.css.jsx', 'export default () => <p>the pages router</p>;');
  app.write('app/img/[...slug]/route.js', 'export const GET = async (_, { params }) => new Response((await params).slug.join());');
  app.write('app/js/[name]/page.jsx', 'export default async ({ params }) => <p>{(await params).name}</p>;');
  const output = app.build();
  expect(output).not.toContain('SmartCacheError');
  expect(output.match(/next-smart-cache: the route .*/g)).toEqual([
    expect.stringMatching(/the route \/js\/\[name\] shares \/js with public\//),
  ]);

  const server = await app.start();
  const get = async (url: string) => {
    const { status, cacheControl, body } = await request(server.origin, url);
    return [status, cacheControl === IMMUTABLE, body.toString()];
  };
  expect(await get('/js/own.0123456789.js')).toEqual([200, false, 'the app router']);
  expect(await get('/css/own.0123456789.css')).toEqual([200, false, expect.stringContaining('the pages router')]);
  expect(await get('/js/application.46fb7aa72a.js')).toEqual([200, true, app.read('public/js/application.js')]);
  // The warning states this.
  expect(await get('/js/nothing.0123456789.js')).toEqual([200, false, expect.stringContaining('<p>nothing.js</p>')]);
  expect(await get('/img/own.0123456789.svg')).toEqual([200, false, 'own.0123456789.svg']);
});

test.each([
  ['an object', 'withSmartCache({})'],
  ['a function', 'withSmartCache(async () => ({}))'],
])('a custom server in development follows edits, with %s as config', (_, config) => {
  app = createApp('catch-all');
  writeConfig(config);
  app.write(
    'server.js',
    `const fs = require('node:fs');
     const http = require('node:http');
     const next = require('next')({ dev: true });
     next.prepare().then(() => {
       const server = http.createServer(next.getRequestHandler()).listen(0, async () => {
         const linked = async () => /\\/css\\/site\\.[^"]*/.exec(await (await fetch('http://localhost:' + server.address().port)).text())?.[0];
         const before = await linked();
         fs.writeFileSync('public/css/site.css', 'body {}');
         for (let after = before; after === before || after === undefined; after = await linked()) await new Promise((resolve) => setTimeout(resolve, 50));
         process.exit(0);
       });
     });`,
  );
  const { NODE_ENV: _ofJest, ...env } = process.env;
  const { status } = spawnSync(process.execPath, ['server.js'], { cwd: app.dir, env: env as NodeJS.ProcessEnv, timeout: 150_000 });
  expect(status).toBe(0);
});
