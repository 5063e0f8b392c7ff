import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expectedUrl } from '../support/expected-urls';
import { listFiles } from '../support/folders';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import { temporaryFolder } from '../support/temporary-folder';

const GENERATOR = path.resolve(__dirname, '../../node_modules/create-next-app/dist/index.js');
const SAME = ['--no-linter', '--no-tailwind', '--no-react-compiler', '--skip-install', '--disable-git', '--use-npm', '--yes'];

const PLAIN_PAGE = 'export default function Plain() { return <img src="/globe.svg" alt="" />; }\n';

interface NewApp {
  name: string;
  flags: readonly string[];
  bundler?: readonly string[];
  /** Changes the app before `init` runs. */
  prepare?: (app: NextApp) => void;
  /** The file that `init` must have written the runtime into. */
  config: string;
  /** Whether a second build is made, which must find the config as Next wants it. */
  isBuiltTwice?: boolean;
}

const APPS: NewApp[] = [
  { name: 'App Router, TypeScript', flags: ['--app', '--ts', '--no-src-dir'], config: 'tsconfig.json' },
  {
    name: 'App Router in src/, JavaScript, webpack',
    flags: ['--app', '--js', '--src-dir'],
    bundler: ['--webpack'],
    config: 'jsconfig.json',
  },
  { name: 'Pages Router, JavaScript', flags: ['--no-app', '--js', '--no-src-dir'], config: 'jsconfig.json' },
  {
    name: 'Pages Router in src/, TypeScript, webpack',
    flags: ['--no-app', '--ts', '--src-dir'],
    bundler: ['--webpack'],
    config: 'tsconfig.json',
  },
  {
    name: 'JavaScript without a jsconfig.json',
    flags: ['--app', '--js', '--no-src-dir'],
    prepare: ({ dir }) => withoutConfig(dir, 'jsconfig.json', '@/', '../'),
    config: 'jsconfig.json',
  },
  {
    name: 'TypeScript without a tsconfig.json, which Next completes',
    flags: ['--app', '--ts', '--no-src-dir'],
    bundler: ['--webpack'],
    prepare: ({ dir }) => withoutConfig(dir, 'tsconfig.json', '@/', '../'),
    config: 'tsconfig.json',
    isBuiltTwice: true,
  },
  {
    name: 'a tsconfig.json of another name that extends one',
    flags: ['--app', '--ts', '--no-src-dir'],
    prepare({ dir, write, read }) {
      fs.renameSync(path.join(dir, 'tsconfig.json'), path.join(dir, 'tsconfig.base.json'));
      write('tsconfig.app.json', '{\n  // Shared.\n  "extends": "./tsconfig.base.json",\n}\n');
      write('next.config.ts', read('next.config.ts').replace(/\/\* config.*\*\//, "typescript: { tsconfigPath: 'tsconfig.app.json' },"));
    },
    config: 'tsconfig.app.json',
  },
];

describe.each(APPS)('init on what create-next-app makes: $name', ({ flags, bundler = [], prepare, config, isBuiltTwice }) => {
  let app: NextApp;

  beforeAll(() => {
    const folder = path.join(temporaryFolder(), 'app');
    execFileSync(process.execPath, [GENERATOR, folder, ...SAME, ...flags], { stdio: 'pipe', env: { ...process.env, CI: '1' } });
    withoutGoogleFonts(folder);
    app = createApp(folder, { line: 'companions', prebuild: false, bundler });
    const pages = ['src/app', 'app', 'src/pages', 'pages'].find((name) => fs.existsSync(path.join(folder, name))) ?? '';
    app.write(pages.endsWith('app') ? `${pages}/plain/page.jsx` : `${pages}/plain.jsx`, PLAIN_PAGE);
    prepare?.(app);
  });
  afterAll(() => app.dispose());

  test('has plain images hashed by the next build, and changes nothing when it is run again', async () => {
    const source = sourceOf(app);
    const first = app.cli('init');
    expect([first.status, first.stdout, first.stderr]).toEqual([0, '', expect.stringContaining(`${config} (jsxImportSource)`)]);
    expect(sourceOf(app)).toEqual(source);
    const wired = contentsOf(app);
    expect(app.cli('init')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('everything is set up already; nothing was written'),
    });
    expect(contentsOf(app)).toEqual(wired);

    app.build();
    const built = app.read(config);
    expect(built).toContain('"jsxImportSource": "next-smart-cache"');
    if (isBuiltTwice) {
      expect(app.build()).not.toContain('reconfigured');
      expect(app.read(config)).toBe(built);
    }
    const server = await app.start();
    const html = (await request(server.origin, '/')).body.toString() + (await request(server.origin, '/plain')).body.toString();
    for (const image of ['/next.svg', '/vercel.svg', '/globe.svg']) {
      const url = expectedUrl(image, { publicDir: path.join(app.dir, 'public') });
      expect(html).toContain(`src="${url}"`);
      expect(html).not.toContain(`"${image}"`);
      const { status, cacheControl } = await request(server.origin, url);
      expect([url, status, cacheControl]).toEqual([url, 200, IMMUTABLE]);
    }
  });
});

/** Their files come from Google, which a machine that runs tests may not reach. */
function withoutGoogleFonts(folder: string): void {
  for (const file of listFiles(folder)) {
    const absolute = path.join(folder, file);
    const text = /\.[jt]sx?$/.test(file) ? fs.readFileSync(absolute, 'utf8') : '';
    const stub = 'const Geist = (_: object) => ({ variable: "" });\nconst Geist_Mono = Geist;';
    if (!text.includes('next/font/google')) continue;
    const own = file.endsWith('x') && !file.endsWith('.jsx') ? stub : stub.replace('(_: object)', '()');
    fs.writeFileSync(absolute, text.replace('import { Geist, Geist_Mono } from "next/font/google";', own));
  }
}

/** Without the config, and so without the alias that it declares. */
function withoutConfig(folder: string, config: string, alias: string, instead: string): void {
  fs.rmSync(path.join(folder, config));
  for (const file of listFiles(folder).filter((name) => /\.[jt]sx?$/.test(name))) {
    const absolute = path.join(folder, file);
    fs.writeFileSync(absolute, fs.readFileSync(absolute, 'utf8').replaceAll(`"${alias}`, `"${instead}`));
  }
}

function contentsOf({ dir }: NextApp): [file: string, text: string][] {
  return listFiles(dir).map((file) => [file, fs.readFileSync(path.join(dir, file), 'utf8')]);
}

/** The app's own code: all that `init` must leave alone. */
function sourceOf(app: NextApp) {
  return contentsOf(app).filter(([file]) => /^(?:src|app|pages|styles|public)\//.test(file));
}
