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

const APPS = [
  ['--app', '--ts', '--no-src-dir'],
  ['--app', '--ts', '--src-dir'],
  ['--app', '--js', '--no-src-dir'],
  ['--app', '--js', '--src-dir'],
  ['--no-app', '--ts', '--no-src-dir'],
  ['--no-app', '--ts', '--src-dir'],
  ['--no-app', '--js', '--no-src-dir'],
  ['--no-app', '--js', '--src-dir'],
];

describe.each(APPS)('init on what create-next-app makes: %s %s %s', (...flags) => {
  let app: NextApp;

  beforeAll(() => {
    const folder = path.join(temporaryFolder(), 'app');
    execFileSync(process.execPath, [GENERATOR, folder, ...SAME, ...flags], { stdio: 'pipe', env: { ...process.env, CI: '1' } });
    withoutGoogleFonts(folder);
    app = createApp(folder, { line: 'companions', prebuild: false });
  });
  afterAll(() => app.dispose());

  test('links every image under its hash, and changes nothing when it is run again', async () => {
    const first = app.cli('init', '--apply');
    expect([first.status, first.stdout]).toEqual([0, '']);
    const wired = contentsOf(app);
    expect(app.cli('init', '--apply')).toMatchObject({ status: 0, stderr: expect.stringContaining('all is wired already') });
    expect(contentsOf(app)).toEqual(wired);

    app.build();
    expect(app.cli('check')).toMatchObject({ status: 0 });
    const server = await app.start();
    const html = (await request(server.origin, '/')).body.toString();
    for (const image of ['/next.svg', '/vercel.svg']) {
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

function contentsOf({ dir }: NextApp): unknown {
  return listFiles(dir).map((file) => [file, fs.readFileSync(path.join(dir, file), 'utf8')]);
}
