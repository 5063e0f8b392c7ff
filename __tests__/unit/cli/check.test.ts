import fs from 'node:fs';
import path from 'node:path';
import { resolveProject } from '../../../src/pipeline/project';
import { listFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { runCommand } from '../support/command-line';

const FILES = {
  'public/js/application.js': "import './part.js';",
  'public/js/part.js': 'export {};',
  'public/img/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'public/favicon.ico': '',
  'app/page.jsx': `import { asset, CachedScript } from 'next-smart-cache';
export default () => (
  <>
    <CachedScript src="/js/application.js" type="module" />
    <img src={asset('/img/logo.svg?size=2#top')} alt="" />
    <link rel="icon" href="/favicon.ico" />
    <img src="https://example.com/img/logo.svg" alt="" />
  </>
);
`,
};

async function app(files: Record<string, string> = {}, { isBuilt = true } = {}): Promise<string> {
  const root = temporaryFolder();
  writeFiles(root, { ...FILES, ...files });
  if (isBuilt) await runCommand(['build'], { cwd: root });
  return root;
}

const contentsOf = (root: string) =>
  listFiles(root).map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8'), fs.statSync(path.join(root, file)).mtimeMs]);

test('exits with 0 and writes nothing if there are no problems', async () => {
  const root = await app();
  const before = contentsOf(root);
  expect(await runCommand(['check'], { cwd: root })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'next-smart-cache: 3 files checked, no problems\n',
  });
  expect(contentsOf(root)).toEqual(before);
});

test('a manifest that is missing, and nothing is written in its place', async () => {
  const root = await app({}, { isBuilt: false });
  const before = contentsOf(root);
  expect(await runCommand(['check'], { cwd: root })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: '.smart-cache/manifest.json  is missing; run "next-smart-cache build"\nnext-smart-cache: 1 problem; 3 files in public/\n',
  });
  expect(contentsOf(root)).toEqual(before);
  expect(await runCommand(['check', '--no-manifest'], { cwd: root })).toMatchObject({ exitCode: 0 });
});

test('a manifest that is outdated, also by a file that another one only names', async () => {
  const root = await app();
  fs.writeFileSync(path.join(root, 'public/js/part.js'), 'export const edited = true;');
  const { exitCode, stderr } = await runCommand(['check'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('.smart-cache/manifest.json  is outdated; run "next-smart-cache build"\n');
});

test('every asset path that is not there, with its place and the nearest name', async () => {
  const root = await app({
    'app/other.tsx':
      "import { asset } from 'next-smart-cache';\n\nexport const url = asset('/img/lgoo.svg');\nexport const other = asset('/nowhere/near/it.mp4');\n",
  });
  expect(await runCommand(['check'], { cwd: root })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr:
      'app/other.tsx:3:26  asset(): public/ has no /img/lgoo.svg; did you mean "/img/logo.svg"?\n' +
      'app/other.tsx:4:28  asset(): public/ has no /nowhere/near/it.mp4; add the file, or correct the path\n' +
      'next-smart-cache: 2 problems; 3 files in public/\n',
  });
});

describe('files of public/ that are linked without a hash', () => {
  const other = {
    'app/other.jsx':
      'export default () => <><script src="/js/application.js" /><img src="/img/logo.svg" alt="" /><img src="/docs/img/logo.svg" alt="" /></>;\n',
  };
  const LISTED =
    'app/other.jsx:1:36  <script src>: /js/application.js is linked without a hash; write <CachedScript>\n' +
    "app/other.jsx:1:68  <img src>: /img/logo.svg is linked without a hash; write {asset('/img/logo.svg')}\n";

  test('are problems', async () => {
    const { exitCode, stderr } = await runCommand(['check'], { cwd: await app(other) });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `${LISTED}next-smart-cache: 2 problems; 3 files in public/\n` });
  });

  test('are only listed with --allow-unhashed', async () => {
    const { exitCode, stderr } = await runCommand(['check', '--allow-unhashed'], { cwd: await app(other) });
    const allowed = LISTED.replaceAll('\n', ' (allowed)\n');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `${allowed}next-smart-cache: all else holds; 3 files in public/\n` });
  });

  test.each([
    ['a CDN', { options: { cdnPrefix: 'https://cdn.example' } }, 1],
    [
      "Next's own files come from elsewhere, and these with them",
      { assetPrefix: 'https://cdn.example', options: { delivery: 'static' } },
      1,
    ],
    ["Next's own files come from elsewhere, and these do not", { assetPrefix: 'https://cdn.example' }, 2],
    ['there is a prefix of the same origin', { assetPrefix: '/static', options: { delivery: 'static' } }, 2],
  ] as const)('are none in <use>, which takes nothing from another origin: %s', async (_, settings, count) => {
    const loadProject = async (root: string) => resolveProject({ root, ...settings });
    const page = 'export default () => <svg><use href="/img/logo.svg#a" /><image href="/img/logo.svg" /></svg>;\n';
    const root = await app({ 'app/page.jsx': page }, { isBuilt: false });
    await runCommand(['build'], { cwd: root, loadProject });
    const { stderr } = await runCommand(['check'], { cwd: root, loadProject });
    expect(stderr.match(/<\w+ href>: .img.logo\.svg/g)).toHaveLength(count);
    writeFiles(root, { 'package.json': '{}', 'next.config.mjs': 'export default {};\n' });
    await runCommand(['init', '--apply'], { cwd: root, loadProject });
    const hashed = fs.readFileSync(path.join(root, 'app/page.jsx'), 'utf8').match(/\{asset\(/g);
    expect(hashed).toHaveLength(count);
  });

  test('are known under the basePath too', async () => {
    const loadProject = async (root: string) => resolveProject({ root, basePath: '/docs' });
    const root = await app(other, { isBuilt: false });
    await runCommand(['build'], { cwd: root, loadProject });
    expect((await runCommand(['check'], { cwd: root, loadProject })).stderr).toContain(
      "app/other.jsx:1:102  <img src>: /docs/img/logo.svg is linked without a hash; write {asset('/img/logo.svg')}\n",
    );
  });
});

describe('stylesheets that Next bundles, with URLs of public/ in them', () => {
  const globals = {
    'app/globals.css':
      "@import 'tailwindcss';\n\nbody {\n  background: url(/img/logo.svg), url(./own.png), url('/route/nowhere.svg');\n}\n",
  };
  const isProblem =
    'app/globals.css:4:19  url(): /img/logo.svg is linked without a hash; add next-smart-cache/postcss to the plugins of PostCSS\n';

  test.each([
    ['without any PostCSS config', {}],
    ['with one that has other plugins', { 'postcss.config.mjs': "export default { plugins: { '@tailwindcss/postcss': {} } };\n" }],
    [
      'with one in which ours is commented out',
      { 'postcss.config.mjs': "export default { plugins: { /* 'next-smart-cache/postcss': {} */ } };\n" },
    ],
    [
      'with one in which ours is turned off',
      { 'postcss.config.js': "module.exports = { plugins: { 'next-smart-cache/postcss': false } };\n" },
    ],
    ['with one that only speaks of ours', { '.postcssrc.json': '{ "why": "no next-smart-cache/postcss", "plugins": {} }' }],
    [
      'with one of YAML in which ours is commented out',
      { '.postcssrc.yml': 'plugins:\n  # next-smart-cache/postcss: {}\n  autoprefixer: {}\n' },
    ],
    ['with package.json naming other plugins', { 'package.json': '{ "postcss": { "plugins": { "autoprefixer": {} } } }' }],
    ['with a stylesheet beside it that cannot be read', { 'app/broken.css': 'a { background: url(a b) }' }],
  ])('%s, are problems', async (_, files) => {
    const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ ...globals, ...files }) });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `${isProblem}next-smart-cache: 1 problem; 3 files in public/\n` });
  });

  test.each([
    ['postcss.config.mjs', "export default { plugins: { 'next-smart-cache/postcss': {} } };\n"],
    [
      'postcss.config.ts',
      "import smartCache from 'next-smart-cache/postcss';\nexport default { plugins: [smartCache()] satisfies unknown[] };\n",
    ],
    ['.postcssrc.json', '{ "plugins": { "next-smart-cache/postcss": {} } }'],
    ['.postcssrc', '{ "plugins": ["next-smart-cache/postcss"] }'],
    ['.postcssrc.yaml', 'plugins: # all of them\n  next-smart-cache/postcss: {}\n'],
    ['package.json', '{ "postcss": { "plugins": { "next-smart-cache/postcss": {} } } }'],
  ])('are none if %s has the plugin', async (name, text) => {
    const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ ...globals, [name]: text }) });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'next-smart-cache: 3 files checked, no problems\n' });
  });

  const plugin = { 'postcss.config.mjs': "export default { plugins: { 'next-smart-cache/postcss': {} } };\n" };

  test('with the plugin, what a folder of public/ does not have is a warning', async () => {
    const text =
      'a { b: url(/img/lgoo.svg?a), url(/img/logo.svg#a), url(/route/a.png), url(/gone.png), url(a/b.png), url(//example.com/img/a.svg) }\n';
    const worked = 'a\n  background: url("/img/#{$name}.svg"), url(/favicon.ico)\n';
    const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ ...plugin, 'app/a.css': text, 'app/b.sass': worked }) });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr:
        'app/a.css:1:12  url(): public/ has no /img/lgoo.svg?a, unless a route or a rewrite has it; did you mean "/img/logo.svg"? (allowed)\n' +
        'next-smart-cache: all else holds; 3 files in public/\n',
    });
  });

  test('with the plugin, what may be missing is data of its own kind', async () => {
    const { exitCode, stdout } = await runCommand(['check', '--json'], {
      cwd: await app({ ...plugin, 'app/a.css': 'a { b: url(/img/lgoo.svg) }' }),
    });
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      { ok: true, problems: [{ kind: 'perhaps-missing', written: '/img/lgoo.svg', nearest: ['/img/logo.svg'], allowed: true }] },
    ]);
  });

  test('with the plugin, a folder without a hashed file is filled by others', async () => {
    const uploads = { 'public/uploads/.gitkeep': '', 'public/uploads/index.html': '' };
    const cwd = await app({ ...plugin, ...uploads, 'app/a.css': 'a { b: url(/uploads/avatar.png) }' });
    const { exitCode, stderr } = await runCommand(['check'], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'next-smart-cache: 3 files checked, no problems\n' });
  });

  test.each(['scss', 'sass', 'less'])('of .%s too, comments aside', async (extension) => {
    const text = '// why not url(/img/logo.svg)\n\nbody\n  background: url(/img/logo.svg)\n';
    const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ [`styles/site.${extension}`]: text }) });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^styles/site\\.${extension}:4:19 {2}url\\(\\): /img/logo\\.svg is linked without a hash; .*\\n.*1 problem`),
    );
  });

  test('of .sass: what is nested in a comment is part of it', async () => {
    const nested = '// body\n  background: url(/img/logo.svg)\n';
    const files = { 'styles/a.sass': nested, 'styles/b.scss': `${nested};`, 'styles/c.less': '@import url(/img/logo.svg);\n' };
    const { stderr } = await runCommand(['check'], { cwd: await app(files) });
    expect(stderr).toMatch(/^styles\/b\.scss:2:19 .*\n.*1 problem;/);
  });

  test('a folder above the app that cannot be listed has no config', async () => {
    const root = await app(globals);
    const { readdirSync } = fs;
    const mock = jest.spyOn(fs, 'readdirSync').mockImplementation(((folder: string, ...rest: []) => {
      if (folder === path.dirname(root)) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return readdirSync(folder, ...rest);
    }) as typeof readdirSync);
    const { exitCode, stderr } = await runCommand(['check'], { cwd: root });
    mock.mockRestore();
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `${isProblem}next-smart-cache: 1 problem; 3 files in public/\n` });
  });

  test('are none if the config of the whole workspace has it', async () => {
    const workspace = temporaryFolder();
    writeFiles(workspace, { 'postcss.config.json': '{ "plugins": { "next-smart-cache/postcss": {} } }' });
    writeFiles(path.join(workspace, 'apps/web'), { ...FILES, ...globals });
    const cwd = path.join(workspace, 'apps/web');
    expect((await runCommand(['check', '--no-manifest'], { cwd })).exitCode).toBe(0);
  });
});

test('tests may link what they like, and so may their stylesheets', async () => {
  const link = 'export default () => <img src="/img/logo.svg" alt="" />;\n';
  const style = 'a { background: url(/img/logo.svg) }\n';
  const scripts = { 'app/page.test.jsx': link, '__tests__/page.jsx': link };
  const root = await app({ ...scripts, '__tests__/fixtures/a.scss': style, 'app/__mocks__/b.css': style, 'app/c.stories.css': style });
  expect((await runCommand(['check'], { cwd: root })).exitCode).toBe(0);
});

describe('--ignore leaves out what is no source of the app', () => {
  const link = 'export default () => <img src="/img/logo.svg" alt="" />;\n';
  const templates = {
    'templates/[page]/page.jsx': 'export default () => <% name %>;\n',
    'app/page.tmpl.jsx': link,
    'app/theme/site.css': 'a { background: url(/img/logo.svg) }\n',
  };
  const GLOBS = ['templates/**', '*.tmpl.jsx', '/app/theme/*.css'];

  test.each([
    ['several globs', ['--ignore', ...GLOBS]],
    ['several flags', GLOBS.flatMap((glob) => ['--ignore', glob])],
  ])('by %s', async (_, argv) => {
    const root = await app(templates);
    expect((await runCommand(['check'], { cwd: root })).stderr).toContain('3 problems;');
    expect(await runCommand(['check', ...argv], { cwd: root })).toMatchObject({
      exitCode: 0,
      stderr: 'next-smart-cache: 3 files checked, no problems\n',
    });
  });

  test('in a package beside the app too', async () => {
    const workspace = temporaryFolder();
    writeFiles(workspace, { 'packages/ui/package.json': '{}', 'packages/ui/templates/page.jsx': link });
    writeFiles(path.join(workspace, 'apps/web'), { ...FILES, 'package.json': '{ "dependencies": { "ui": "*" } }' });
    fs.mkdirSync(path.join(workspace, 'node_modules'));
    fs.symlinkSync('../packages/ui', path.join(workspace, 'node_modules/ui'));
    const cwd = path.join(workspace, 'apps/web');
    expect((await runCommand(['check', '--no-manifest'], { cwd })).exitCode).toBe(1);
    expect((await runCommand(['check', '--no-manifest', '--ignore', '../../packages/ui/templates/**'], { cwd })).exitCode).toBe(0);
  });

  test.each(['templates', 'templates/', '/templates', '/templates/', './templates'])('in a folder: %s', async (glob) => {
    const cwd = await app({ 'templates/page.jsx': link, 'templates/deep/down/site.css': 'a { background: url(/img/logo.svg) }\n' });
    expect(await runCommand(['check', '--ignore', glob], { cwd })).toMatchObject({
      exitCode: 0,
      stderr: 'next-smart-cache: 3 files checked, no problems\n',
    });
  });

  test('in a folder of that name anywhere, but in none of a longer name', async () => {
    const cwd = await app({ 'app/templates/page.jsx': link, 'app/my-templates/page.jsx': link });
    expect((await runCommand(['check', '--ignore', 'templates/'], { cwd })).stderr).toMatch(
      /^app\/my-templates\/page\.jsx.*\n.*1 problem;/,
    );
  });

  test.each(['', '/'])('%j names nothing, which is wrong usage', async (glob) => {
    const { exitCode, stderr } = await runCommand(['check', '--ignore', glob], { cwd: await app() });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('It must name files or a folder.')]);
  });

  test.each(['!app/page.jsx', '/!app/page.jsx', './!app/page.jsx', '!*.jsx'])(
    '%s, which would leave out all else, is wrong usage',
    async (glob) => {
      const { exitCode, stderr } = await runCommand(['check', '--ignore', glob], { cwd: await app() });
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('name what to leave out, not what to keep')]);
    },
  );

  test('a glob that matches no file is named, and no failure', async () => {
    const argv = ['check', '--ignore', 'tmeplates', 'app', '*.jsx', 'stories/**'];
    const { exitCode, stderr } = await runCommand(argv, { cwd: await app() });
    expect([exitCode, stderr]).toEqual([
      0,
      'next-smart-cache: --ignore "tmeplates" matches no file of the source\n' +
        'next-smart-cache: --ignore "stories/**" matches no file of the source\n' +
        'next-smart-cache: 3 files checked, no problems\n',
    ]);
  });
});

test('source that cannot be read is named with its place', async () => {
  const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ 'app/broken.jsx': 'export default () =>\n  <div>' }) });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^app\/broken\.jsx:2:8 {2}cannot be read: Unexpected token/);
});

test('source that is nested very deeply does not end the command', async () => {
  const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ 'app/nested.js': `export default ${'['.repeat(50_000)}` }) });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('app/nested.js:1:1  cannot be read: it is nested too deeply')]);
});

test('a file that a link in the app leads to is looked into once', async () => {
  const root = await app({ 'app/other.jsx': 'export default () => <img src="/img/logo.svg" alt="" />;\n' });
  fs.symlinkSync('other.jsx', path.join(root, 'app/again.jsx'));
  expect((await runCommand(['check'], { cwd: root })).stderr).toContain('next-smart-cache: 1 problem;');
});

test('source that the system does not let us read is a problem', async () => {
  const root = await app({ 'app/other.jsx': '' });
  const { readFileSync } = fs;
  const mock = jest.spyOn(fs, 'readFileSync').mockImplementation(((file: string, ...rest: []) => {
    if (String(file).endsWith('other.jsx')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
    return readFileSync(file, ...rest);
  }) as typeof readFileSync);
  const { exitCode, stderr } = await runCommand(['check'], { cwd: root });
  mock.mockRestore();
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('app/other.jsx:1:1  cannot be read: the system said EACCES')]);
});

test('what to write instead, wherever it stands', async () => {
  const source = `export const metadata = { icons: '/img/logo.svg' };
export default () => <img srcSet="/img/logo.svg 1x" alt="" style={{ background: 'url(/img/logo.svg)' }} />;
`;
  const { stderr } = await runCommand(['check'], { cwd: await app({ 'app/other.jsx': source }) });
  expect(stderr).toContain("1:34  metadata: /img/logo.svg is linked without a hash; write asset('/img/logo.svg')\n");
  expect(stderr).toContain(`write {\`\${asset('/img/logo.svg')} …\`}, with its description\n`);
  expect(stderr).toContain(
    `style url(): /img/logo.svg is linked without a hash; write \`url(\${asset('/img/logo.svg')})\`, as a template literal\n`,
  );
});

test('a reference inside public/ that leads nowhere is a warning', async () => {
  const { exitCode, stderr } = await runCommand(['check'], { cwd: await app({ 'public/css/a.css': 'a { background: url(no.png) }' }) });
  expect(exitCode).toBe(0);
  expect(stderr).toContain('A reference leads nowhere: public/css/a.css:1');
});

test('--json: all of it as data', async () => {
  const root = await app({ 'app/other.jsx': 'export default () => <img src="/img/logo.svg" alt="" />;\n' });
  const { exitCode, stdout } = await runCommand(['check', '--json', '--allow-unhashed'], { cwd: root });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    manifest: 'current',
    problems: [
      {
        kind: 'unhashed',
        file: path.join(root, 'app/other.jsx'),
        line: 1,
        column: 31,
        written: '/img/logo.svg',
        assetPath: '/img/logo.svg',
        site: '<img src>',
        allowed: true,
      },
    ],
    warnings: [],
  });
});

test('--json of what does not hold: exit code 1, and all of it on stdout', async () => {
  const root = await app({ 'app/other.jsx': "import { asset } from 'next-smart-cache';\nasset('/img/lgoo.svg');\n" }, { isBuilt: false });
  const { exitCode, stdout, stderr } = await runCommand(['check', '--json'], { cwd: root });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    manifest: 'missing',
    problems: [
      {
        kind: 'missing',
        file: path.join(root, 'app/other.jsx'),
        line: 2,
        column: 7,
        written: '/img/lgoo.svg',
        nearest: ['/img/logo.svg'],
        site: 'asset()',
        allowed: false,
      },
    ],
    warnings: [],
  });
  expect(stderr).toContain('2 problems');
});

test('options that are not valid: the one error, exit code 1, and no JSON', async () => {
  const loadProject = async (root: string) => resolveProject({ root, options: { delivery: 'statik' as 'static' } });
  const { exitCode, stdout, stderr } = await runCommand(['check', '--json'], { cwd: await app(), loadProject });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('delivery');
});

test('--allow-unhashed allows nothing else', async () => {
  const root = await app({ 'app/other.jsx': "import { asset } from 'next-smart-cache';\nasset('/img/lgoo.svg');\n" });
  expect((await runCommand(['check', '--allow-unhashed'], { cwd: root })).exitCode).toBe(1);
});

test('--json has the warnings', async () => {
  const root = await app({ 'public/css/a.css': 'a { background: url(no.png) }' });
  const { stdout } = await runCommand(['check', '--json'], { cwd: root });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, warnings: [{ what: 'A reference leads nowhere' }] });
});
