import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { appWith, type InstalledPackage, installPackage } from './installed-package';

let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
});

const app = (files: Readonly<Record<string, string>>) => appWith(installed, files);

type Started = ChildProcessByStdio<null, Readable, Readable>;

const started: Started[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function start(cwd: string, ...args: string[]): Started {
  const child = spawn(process.execPath, [fs.realpathSync(installed.bin), ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

/** Everything that is still to be read from a stream. */
async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

describe('watch', () => {
  interface Build {
    added?: string[];
    edited?: string[];
    removed?: string[];
    error?: { code: string };
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('follows changes of public/, and ends on %s without leftovers', async (signal) => {
    const cwd = app({ 'public/a.js': 'a', 'public/b.js': 'b' });
    const child = start(cwd, 'watch', '--json');
    const lines = readline.createInterface(child.stdout)[Symbol.asyncIterator]();
    const said = readAll(child.stderr);
    /** Reads the results of builds until one matches: a change may come in two parts. */
    const until = async (isMeant: (build: Build) => boolean | undefined) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`it has ended: ${await said}`);
        if (isMeant(JSON.parse(value as string) as Build)) return;
      }
    };
    const inPublic = (name: string) => path.join(cwd, 'public', name);

    await until(({ added }) => added?.join() === '/a.js,/b.js');
    fs.writeFileSync(inPublic('a.js'), 'edited');
    await until(({ edited }) => edited?.includes('/a.js'));
    // Editors write like this.
    fs.writeFileSync(inPublic('.a.js.tmp'), 'edited again');
    fs.renameSync(inPublic('.a.js.tmp'), inPublic('a.js'));
    await until(({ edited }) => edited?.includes('/a.js'));
    fs.symlinkSync('/', inPublic('out'));
    await until(({ error }) => error?.code === 'ERR_SMART_CACHE_SYMLINK_OUTSIDE');
    fs.rmSync(inPublic('out'));
    await until(({ error }) => error === undefined);
    fs.rmSync(inPublic('b.js'));
    await until(({ removed }) => removed?.includes('/b.js'));
    // Scripts that write public/ again do this.
    fs.rmSync(path.join(cwd, 'public'), { recursive: true });
    await until(({ error, removed }) => error?.code === 'ERR_SMART_CACHE_PUBLIC_MISSING' || removed?.includes('/a.js'));
    fs.mkdirSync(path.join(cwd, 'public'));
    fs.writeFileSync(inPublic('c.js'), 'c');
    await until(({ added }) => added?.includes('/c.js'));

    child.kill(signal);
    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(0);
    expect(await said).toContain('edited /a.js');
    expect(fs.readFileSync(path.join(cwd, '.smart-cache/manifest.json'), 'utf8')).toContain('/c.js');
    const files = fs.readdirSync(cwd, { recursive: true }) as string[];
    expect(files.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('ends when its output is no longer read', async () => {
    const cwd = app({ 'public/a.js': 'a' });
    const child = start(cwd, 'watch', '--json');
    const said = readAll(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    // The watcher reports this change too, so the process writes to the closed pipe.
    fs.writeFileSync(path.join(cwd, 'public/a.js'), 'edited');
    await once(child, 'exit');
    expect([child.exitCode, await said]).toEqual([0, expect.not.stringMatching(/EPIPE|\n\s+at /)]);
  });
});

describe('a config that runs forever or ends too early', () => {
  const run = (config: string) =>
    spawnSync(process.execPath, [fs.realpathSync(installed.bin), 'build', '--json'], {
      cwd: app({ 'public/a.js': 'a', 'next.config.mjs': config }),
      encoding: 'utf8',
      timeout: 60_000,
    });

  test('does not delay the end of the command', () => {
    const { status, signal, stdout } = run('setInterval(() => {}, 1000); export default {};');
    expect({ status, signal, files: (JSON.parse(stdout) as { files: number }).files }).toEqual({ status: 0, signal: null, files: 1 });
  });

  test.each([
    ['a promise that never settles', 'export default () => new Promise(() => {});'],
    ['process.exit(0)', 'process.exit(0); export default {};'],
  ])('is not a success: %s', (_, config) => {
    const { status, stdout, stderr } = run(config);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'next-smart-cache: the command did not finish, because next.config ends the process or waits forever; remove that code\n',
    );
  });

  test('prints nothing into the data, however it prints', () => {
    const { status, stdout, stderr } = run(
      "for (const say of [console.log, console.debug, (text) => process.stdout.write(text)]) say('from the config'); export default {};",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ files: 1 });
    expect(stderr.split('from the config')).toHaveLength(4);
  });
});

/** A shell that may mount, for itself alone: a container or a system other than Linux may refuse one. */
const MOUNTING = ['unshare', '--map-root-user', '--mount', 'sh', '-c'] as const;
const mayMount = spawnSync(MOUNTING[0], [...MOUNTING.slice(1), 'mount -t tmpfs none /mnt']).status === 0;

test.each([
  { name: 'the system cuts short', shell: ['sh', '-c'], limit: 'ulimit -f 2000', why: 'it is larger than the system allows for a file' },
  ...(mayMount
    ? [{ name: 'fills the disk', shell: MOUNTING, limit: 'mount -t tmpfs -o size=2m none .next', why: 'the disk is full' }]
    : []),
])('a write that $name leaves the whole old state, and the next build succeeds', ({ shell, limit, why }) => {
  const cwd = app({ 'public/a.js': 'a' });
  const [command = '', ...args] = shell;
  const build = (first: string) => {
    const script = `${first} && "$@"; status=$?; find . -name '*.tmp'; exit $status`;
    return spawnSync(command, [...args, script, 'sh', process.execPath, fs.realpathSync(installed.bin), 'build'], {
      cwd,
      encoding: 'utf8',
    });
  };
  const manifest = () => fs.readFileSync(path.join(cwd, '.smart-cache/manifest.json'), 'utf8');
  expect(build('true').status).toBe(0);
  const before = manifest();
  fs.writeFileSync(path.join(cwd, 'public/large.bin'), Buffer.alloc(4_000_000));
  expect(build(limit)).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`cannot be written.*\n {2}Why: ${why}`)),
  });
  expect(manifest()).toBe(before);
  expect(build('true').status).toBe(0);
  expect(manifest()).toContain('/large.bin');
});

test('a folder without public/ is accepted only with a next.config', () => {
  const run = (command: string, files: Record<string, string>) =>
    spawnSync(process.execPath, [fs.realpathSync(installed.bin), command], { cwd: app(files), encoding: 'utf8' });
  const { status, stderr } = run('build', { 'next.config.mjs': 'export default {};' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('there is no public/') });
  expect(run('build', {})).toMatchObject({ status: 1, stderr: expect.stringContaining('ERR_SMART_CACHE_PUBLIC_MISSING') });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while init writes comes too late: all of it is done, and nothing else is left',
  async (signal) => {
    // A large file, so that writing takes long enough to be interrupted.
    const ignored = `#${'a'.repeat(20_000_000)}\n`;
    const cwd = app({ '.gitignore': ignored, 'public/a.png': 'a', 'next.config.mjs': 'export default {};\n' });
    const child = start(cwd, 'init');
    const ended = once(child, 'exit');
    // The first of what it writes.
    while (fs.readFileSync(path.join(cwd, 'package.json'), 'utf8') === '{}' && child.exitCode === null) await setImmediate();
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(fs.readdirSync(cwd).sort()).toEqual([
      '.gitignore',
      'jsconfig.json',
      'next.config.mjs',
      'node_modules',
      'package.json',
      'public',
    ]);
    expect(fs.readFileSync(path.join(cwd, '.gitignore'), 'utf8')).toBe(
      `${ignored}\n# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n`,
    );
  },
);

describe('check, with the config of an app', () => {
  const check = (options: string, ...args: string[]) => {
    const cwd = app({
      'public/a.js': 'a',
      'next.config.mjs': `import { withSmartCache } from 'next-smart-cache/config'; export default withSmartCache({}, ${options});`,
    });
    return spawnSync(process.execPath, [fs.realpathSync(installed.bin), 'check', ...args], { cwd, encoding: 'utf8' });
  };

  test('ends with 1 and the path of the manifest that is missing', () => {
    expect(check('{}')).toMatchObject({ status: 1, stderr: expect.stringContaining('.smart-cache/manifest.json  is missing') });
  });

  test('ends with 0 if every check passes', () => {
    expect(check('{}', '--no-manifest')).toMatchObject({ status: 0, stdout: '' });
  });

  test('ends with 1 and names the options that are not valid', () => {
    const { status, stdout, stderr } = check("{ exlude: '*.map' }", '--no-manifest');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('An option of withSmartCache is not valid: exlude');
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a checkout that cannot be written', () => {
  test('is reported with exit code 1, and stays unchanged', () => {
    const cwd = fs.realpathSync(app({ 'public/a.js': 'a' }));
    const build = [process.execPath, fs.realpathSync(installed.bin), 'build', '--json'];
    // Root may write anywhere, so give up the rights of root.
    const [command = '', ...args] = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override', ...build] : build;
    fs.chmodSync(cwd, 0o555);
    try {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain('Code: ERR_SMART_CACHE_WRITE_FAILED');
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(fs.readdirSync(cwd).sort()).toEqual(['node_modules', 'package.json', 'public']);
    } finally {
      fs.chmodSync(cwd, 0o755);
    }
  });
});

describe('output that cannot be written', () => {
  test.each([
    ['build', ['build', '--json']],
    ['clean', ['clean', '--json']],
    ['the help', ['--help']],
  ])('causes no stack trace when the reader has ended: %s', async (_, args) => {
    const child = start(app({ 'public/a.js': 'a' }), ...args);
    child.stdout.destroy();
    const said = await readAll(child.stderr);
    expect([child.exitCode ?? (await once(child, 'exit'))[0], said]).toEqual([0, expect.not.stringMatching(/EPIPE|\n\s+at /)]);
  });

  test('is reported with exit code 1 when the disk is full', () => {
    const full = fs.openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(installed.bin, ['build', '--json'], {
      cwd: app({ 'public/a.js': 'a' }),
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    fs.closeSync(full);
    expect([status, stderr]).toEqual([1, expect.stringContaining('the output on stdout is lost, since the system said ENOSPC')]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('colours', () => {
  const terminal = path.resolve(__dirname, 'fake-terminal.cjs');
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...inherited } = process.env;
  const said = (env: Record<string, string>, ...flags: string[]) =>
    spawnSync(process.execPath, [...flags, fs.realpathSync(installed.bin), 'build'], {
      cwd: app({ 'public/a.js': 'a' }),
      env: { ...inherited, TERM: 'xterm-256color', ...env },
      encoding: 'utf8',
    }).stderr;
  const PLAIN = 'next-smart-cache: 1 file, 1 B (1 read): wrote .smart-cache/manifest.json\n';

  test('are shown on a terminal', () => {
    expect(said({}, '--require', terminal)).toBe(PLAIN.replace('next-smart-cache:', '\u001b[32mnext-smart-cache:\u001b[39m'));
  });

  test.each([
    ['with NO_COLOR', { NO_COLOR: '1' }, ['--require', terminal]],
    ['on a terminal that has none', { TERM: 'dumb' }, ['--require', terminal]],
    ['where the talk is piped', {}, []],
    ['where it is piped, in CI', { CI: 'true', FORCE_COLOR: '1' }, []],
    ['where it is piped, whatever the terminal', { COLORTERM: 'truecolor' }, []],
  ])('are not shown, %s', (_, env, flags) => {
    expect(said(env as Record<string, string>, ...flags)).toBe(PLAIN);
  });
});
