import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { launchBrowser, recordComplaints } from '../support/browser';
import { expectNoComplaints } from '../support/complaints';
import { createApp, type NextApp } from '../support/next-app';
import { startOutFolderServer } from '../support/out-folder-server';

/** Without any set-up, the components render the original paths. */
describe('without a build, components render', () => {
  let app: NextApp;
  beforeAll(() => {
    app = createApp('test-runners', { line: 'companions' });
    // This setting makes next/jest compile elements for the JSX runtime.
    expect(app.cli('init')).toMatchObject({ status: 0, stderr: expect.stringContaining('jsconfig.json (jsxImportSource)') });
  });
  afterAll(() => app.dispose());

  const run = (...command: [string, ...string[]]) => {
    const [program, ...args] = command;
    const bin = path.join(app.dir, '../../node_modules/.bin', program);
    const { status, stdout, stderr } = spawnSync(bin, args, {
      cwd: app.dir,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'test', NO_COLOR: '1' },
    });
    return { status, output: stdout + stderr };
  };

  test('in Jest with next/jest', () => {
    const { status, output } = run('jest', '--ci');
    expect(output).toContain('1 passed');
    expect(output).not.toMatch(/next-smart-cache: |console\.(warn|error)/);
    expect(status).toBe(0);
  });

  test('in Vitest', () => {
    const { status, output } = run('vitest', 'run', '--reporter=verbose');
    expect(output).toContain('1 passed');
    expect(output).not.toContain('next-smart-cache: ');
    expect(status).toBe(0);
  });

  test('in a bundle that another tool makes for a browser, as Storybook does', async () => {
    const { status, output } = run('vite', 'build');
    expect([status, output]).toEqual([0, expect.stringContaining('built in')]);
    const server = await startOutFolderServer(path.join(app.dir, 'story/dist'));
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints = recordComplaints(page);
      await page.goto(server.origin);
      expect(await page.getByAltText('banner').getAttribute('src')).toBe('/img/no-such-file.svg?size=2');
      await page.waitForFunction(() => 'banner' in window && 'late' in window);
      await expectNoComplaints(page, complaints);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
});
