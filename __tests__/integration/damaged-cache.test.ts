import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { serializeDeploys } from '../../src/pipeline/deploys';
import { listFiles, readFiles } from '../support/folders';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';

const CACHE = '.next/cache/next-smart-cache';
const SCRIPTS = ['version = "one";\n', 'version = "two";\n'] as const;
const OLD = 'old\n';
const SECRET = 'a secret outside of the store\n';
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const hashedPath = (stem: string, content: string, extension: string) => `${stem}.${sha256(content).slice(0, 10)}${extension}`;

/** Changes one bit, and leaves size and date as they were. */
function flipBit(file: string): void {
  const { atime, mtime } = fs.statSync(file);
  const bytes = fs.readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
  fs.utimesSync(file, atime, mtime);
}

/** Lists the copies in the store whose bytes do not match their name. */
const wrongCopies = (app: NextApp) =>
  Object.entries(readFiles(path.join(app.dir, CACHE, 'files'))).filter(([name, bytes]) => sha256(Buffer.from(bytes, 'latin1')) !== name);

describe('a build whose cache was damaged since the last one', () => {
  let app: NextApp;
  let server: NodeServer;
  beforeAll(() => {
    app = createApp('catch-all');
    app.write('public/old.txt', OLD);
    app.write('public/css/site.css', 'body { background: url(../img/logo.svg); }\n');
    app.write('public/js/application.js', SCRIPTS[0]);
    app.build();
    fs.rmSync(path.join(app.dir, 'public/old.txt'));
    app.write('public/js/application.js', SCRIPTS[1]);
    app.build();
  });
  afterAll(() => app.dispose());

  const copyOf = (content: string | Buffer) => path.join(app.dir, CACHE, 'files', sha256(content));
  const urlOf = (assetPath: string) =>
    (JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: Record<string, { url: string }> }).assets[assetPath]?.url ?? '';
  const ask = async (url: string) => {
    const { status, cacheControl, body } = await request(server.origin, url);
    return [status, cacheControl, body.toString()];
  };

  test('serves current files from new copies, and no older file whose copy is damaged', async () => {
    const logo = app.read('public/img/logo.svg');
    const sheet = fs.readFileSync(path.join(app.dir, '.next/static/media/smart-cache-rewrite', urlOf('/css/site.css')));
    // A sheet that refers to an image is served with other bytes than those in public/.
    expect(sheet.toString()).not.toBe(app.read('public/css/site.css'));
    for (const content of [logo, sheet, OLD]) flipBit(copyOf(content));
    fs.truncateSync(copyOf(SCRIPTS[0]), 5);

    const output = app.build();
    expect(output).toContain(`next-smart-cache: 2 damaged copies in ${CACHE}/files: made again from public/`);
    const lost = [hashedPath('/js/application', SCRIPTS[0], '.js'), hashedPath('/old', OLD, '.txt')];
    const [line = ''] = /^.*dropped .* of older deploys.*$/m.exec(output) ?? [];
    for (const url of lost) expect(line).toContain(`"${url}"`);

    server = await app.start();
    expect(await ask(urlOf('/img/logo.svg'))).toEqual([200, IMMUTABLE, logo]);
    expect(await ask(urlOf('/css/site.css'))).toEqual([200, IMMUTABLE, sheet.toString()]);
    expect(await ask(urlOf('/js/application.js'))).toEqual([200, IMMUTABLE, SCRIPTS[1]]);
    // The app answers any unknown hash like this.
    expect(await ask(lost[0] ?? '')).toEqual([200, 'public, max-age=0', SCRIPTS[1]]);
    expect((await ask(lost[1] ?? ''))[1]).not.toContain('immutable');
    await server.stop();
  });

  test('writes no file and serves no file outside of its folders, whatever the list of deploys says', async () => {
    app.write('secret.txt', SECRET);
    const [current] = (JSON.parse(app.read(`${CACHE}/deploys.json`)) as { body: { deploys: Record<string, string>[] } }).body.deploys;
    const [contentHash = ''] = Object.values(current ?? {});
    const hostile = {
      '/stolen.0123456789.txt': '../../../../secret.txt',
      '/../../../../../planted.0123456789.js': contentHash,
      '/../../../../static/planted.0123456789.js': contentHash,
    };
    app.write(`${CACHE}/deploys.json`, serializeDeploys([current ?? {}, hostile]));
    flipBit(path.join(app.dir, CACHE, 'scan.json'));
    const filesBefore = listFiles(app.dir).filter((name) => !name.startsWith('.next/'));

    const output = app.build();
    expect(output.match(/dropped \.next\/cache\/next-smart-cache\/deploys\.json, since .*no longer served/g)).toHaveLength(1);
    expect(output.match(/dropped \.next\/cache\/next-smart-cache\/scan\.json, since its checksum is wrong/g)).toHaveLength(1);
    expect(listFiles(app.dir).filter((name) => !name.startsWith('.next/'))).toEqual(filesBefore);
    expect(listFiles(path.join(app.dir, '.next')).filter((name) => name.includes('planted'))).toEqual([]);

    server = await app.start();
    for (const folder of ['', '/_next/static/media/smart-cache', '/_next/static/media/smart-cache-rewrite']) {
      expect((await ask(`${folder}/stolen.0123456789.txt`))[2]).not.toContain(SECRET);
    }
    expect(await ask(urlOf('/js/application.js'))).toEqual([200, IMMUTABLE, SCRIPTS[1]]);
    await server.stop();
  });
});

describe('a build cache that changes or cannot be written while next build runs', () => {
  let app: NextApp;
  afterEach(() => app.dispose());

  const wrapped = (head: string, config = '{}') =>
    app.write(
      'next.config.mjs',
      `${head}\nimport { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache(${config});`,
    );

  test('loses an older file with one line if its copy is damaged after its check, and serves no wrong bytes', async () => {
    app = createApp('catch-all');
    app.write('public/old.txt', OLD);
    app.build();
    fs.rmSync(path.join(app.dir, 'public/old.txt'));
    const copy = path.join(app.dir, CACHE, 'files', sha256(OLD));
    const damage = `runAfterProductionCompile: () => fs.appendFileSync(${JSON.stringify(copy)}, 'damaged')`;
    wrapped(`import fs from 'node:fs';`, `{ compiler: { ${damage} } }`);
    const url = hashedPath('/old', OLD, '.txt');
    expect(app.build()).toContain(`next-smart-cache: dropped "${url}" of older deploys`);
    const { origin } = await app.start();
    const { cacheControl, body } = await request(origin, url);
    expect([cacheControl === IMMUTABLE, body.includes('damaged')]).toEqual([false, false]);
  });

  test('passes with one warning if no copy can be removed', () => {
    app = createApp('catch-all');
    wrapped(`
      import fs from 'node:fs';
      // Imitates a read-only folder, which does not stop the root user.
      const { rmSync } = fs;
      fs.rmSync = (file, options) => {
        if (String(file).endsWith('unfinished.tmp')) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
        return rmSync(file, options);
      };`);
    app.write(`${CACHE}/files/unfinished.tmp`, '');
    fs.utimesSync(path.join(app.dir, CACHE, 'files/unfinished.tmp'), 1, 1);
    const output = app.build();
    expect(
      output.match(/next-smart-cache: The build cache keeps copies that no deploy needs.*\n {2}Why: .*EROFS.*\n {2}Fix: /g),
    ).toHaveLength(1);
    expect(output).toMatch(/next-smart-cache: \d+ of \d+ public files/);
    expect(fs.existsSync(path.join(app.dir, CACHE, 'deploys.json'))).toBe(true);
  });
});

describe('a tool that writes into .next/static after the build has compiled', () => {
  let app: NextApp;
  afterEach(() => app.dispose());

  /** Imitates the hook of Sentry, which adds debug IDs. */
  const TOOL = `
    import fs from 'node:fs';
    import path from 'node:path';
    import { withSmartCache } from 'next-smart-cache/config';
    const withTool = (config) => ({
      ...config,
      compiler: {
        ...config.compiler,
        runAfterProductionCompile: async (metadata) => {
          await config.compiler?.runAfterProductionCompile?.(metadata);
          const folder = path.join(metadata.distDir, 'static');
          for (const name of fs.readdirSync(folder, { recursive: true })) {
            if (name.endsWith('.js')) fs.appendFileSync(path.join(folder, name), '//# debugId=1');
          }
        },
      },
    });`;

  test('fails the build when it comes last, and does not reach the store', () => {
    app = createApp('catch-all');
    app.write('next.config.mjs', `${TOOL} export default withTool(withSmartCache({}));`);
    const { status, output } = app.tryBuild();
    expect(status).toBe(1);
    expect(output).toContain('A later step of the build changed or removed files that are served as immutable: ');
    expect(output).toContain('.next/static/media/smart-cache-rewrite/js/application.46fb7aa72a.js (changed)');
    expect(output).toContain('sourcemaps.ignore');
    expect(output).not.toMatch(/\.css \(changed\)/);
    expect(wrongCopies(app)).toEqual([]);
    // `next start` and later builds must see that this build failed.
    expect(fs.existsSync(path.join(app.dir, '.next/BUILD_ID'))).toBe(false);
    expect(fs.existsSync(path.join(app.dir, CACHE, 'deploys.json'))).toBe(false);
  });

  test('does no harm when withSmartCache is outermost, as the message advises (with webpack)', async () => {
    app = createApp('catch-all', { bundler: ['--webpack'] });
    app.write('next.config.mjs', `${TOOL} export default withSmartCache(withTool({}));`);
    app.build();
    const changed = Object.entries(readFiles(path.join(app.dir, '.next/static'))).filter(([, text]) => text.endsWith('//# debugId=1'));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.map(([name]) => name).filter((name) => name.includes('smart-cache'))).toEqual([]);
    const server = await app.start();
    const { cacheControl, body } = await request(server.origin, '/js/application.46fb7aa72a.js');
    expect([cacheControl, body.toString()]).toEqual([IMMUTABLE, app.read('public/js/application.js')]);
  });
});
