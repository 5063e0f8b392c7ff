import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { listFiles } from '../support/folders';
import { IMMUTABLE, request } from '../support/http';
import { createApp, type NextApp } from '../support/next-app';
import type { NodeServer } from '../support/node-server';
import { type RecordingProxy, startProxy } from '../support/proxy';

describe('two versions of the app behind one proxy, alternating', () => {
  const apps: NextApp[] = [];
  const servers: NodeServer[] = [];
  let proxy: RecordingProxy;

  beforeAll(async () => {
    for (const version of ['one', 'two']) {
      const app = createApp('catch-all');
      app.write('public/js/application.js', `version = "${version}";\n`);
      app.build();
      apps.push(app);
      servers.push(await app.start());
    }
    let turn = 0;
    proxy = await startProxy(() => (servers[turn++ % servers.length] as NodeServer).origin);
  });
  afterAll(async () => {
    await proxy.close();
    await Promise.all(apps.map((app) => app.dispose()));
  });

  test('an immutable response never carries bytes that do not match its hash', async () => {
    const hashes = ['one', 'two'].map((version) => sha256(`version = "${version}";\n`).slice(0, 10));
    const seen = new Map<string, number>();
    for (let round = 0; round < 6; round++) {
      for (const hash of hashes) {
        const { status, cacheControl, body } = await request(proxy.origin, `/js/application.${hash}.js`);
        expect(status).toBe(200);
        const matches = sha256(body).startsWith(hash);
        if (cacheControl === IMMUTABLE) expect(matches).toBe(true);
        else expect(cacheControl).toBe('public, max-age=0');
        seen.set(`${cacheControl} ${matches}`, (seen.get(`${cacheControl} ${matches}`) ?? 0) + 1);
      }
      // An odd number of requests a round, so that every URL meets both servers.
      await request(proxy.origin, '/robots.txt');
    }
    // Each server has answered both its own hash and that of the other one.
    expect([...seen.keys()].sort()).toEqual(['public, max-age=0 false', `${IMMUTABLE} true`]);
  });
});

describe('one build after another', () => {
  let app: NextApp;
  beforeAll(() => {
    app = createApp('catch-all');
  });
  afterAll(() => app.dispose());

  test('the last deploys stay immutable under their own hashes, the ones before are stale', async () => {
    const contents = ['first', 'second', 'third', 'fourth', 'fifth'].map((word) => `version = "${word}";\n`);
    const outputs = contents.map((content) => {
      app.write('public/js/application.js', content);
      return app.build();
    });
    // Older deploys add to the files that a host receives, so both builds print how many.
    expect(outputs[0]).not.toContain('older deploy');
    const count = listFiles(path.join(app.dir, '.next/static/media')).filter((name) => name.startsWith('smart-cache')).length;
    const line = new RegExp(`(next build will serve|copied) ${count} files, \\d+ B, 3 of them \\(59 B\\) for 3 older deploys`, 'g');
    expect(outputs[4]?.match(line)).toHaveLength(2);
    const recorded = app.read('.next/cache/next-smart-cache/deploys.json');
    app.write('public/js/application.js', 'version = "broken";\n');
    app.write('app/broken/page.jsx', 'export default function Page() { throw new Error("broken page"); }\n');
    expect(app.tryBuild()).toMatchObject({ status: 1, output: expect.stringContaining('broken page') });
    // A build that failed was never deployed, and pushes no older deploy out.
    expect(app.read('.next/cache/next-smart-cache/deploys.json')).toBe(recorded);
    app.write('public/js/application.js', contents[4] ?? '');
    fs.rmSync(path.join(app.dir, 'app/broken'), { recursive: true });
    app.build();
    const server = await app.start();
    const answers = await Promise.all(
      contents.map(async (content) => {
        const { cacheControl, body } = await request(server.origin, `/js/application.${sha256(content).slice(0, 10)}.js`);
        return [cacheControl, body.toString()];
      }),
    );
    expect(answers).toEqual([
      ['public, max-age=0', contents[4]],
      [IMMUTABLE, contents[1]],
      [IMMUTABLE, contents[2]],
      [IMMUTABLE, contents[3]],
      [IMMUTABLE, contents[4]],
    ]);
  });
});

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
