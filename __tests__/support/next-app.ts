import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { installedNext, type NextLine } from './installed-next';
import { type NodeServer, type SpawnedServer, startNodeServer } from './node-server';

/** A copy of a fixture app, on its own, with the package installed above it. */
export interface NextApp {
  dir: string;
  /** The folder above it, in which Next, this package and the tools are installed. */
  installation: string;
  /** The environment of its commands, for the tools of hosts. */
  env: NodeJS.ProcessEnv;
  write(file: string, content: string | Buffer): void;
  read(file: string): string;
  /** Runs the `build` script, `prebuild` included; throws with the output when it fails. */
  build(): string;
  /** Runs a build that must fail. */
  tryBuild(): { status: number | null; output: string };
  /** Runs the package's command line in the app. */
  cli(...args: string[]): { status: number | null; stdout: string; stderr: string };
  /** Runs a build beside others, and kills it after the given number of milliseconds, if any. */
  cliInBackground(command: string, options?: { killAfter?: number }): Promise<{ status: number | null; stderr: string }>;
  /** `next start` */
  start(env?: Environment): Promise<NodeServer>;
  /** `next-smart-cache start` */
  startWithStore(options?: { args?: readonly string[]; env?: Environment }): Promise<SpawnedServer>;
  /** `next dev` */
  dev(env?: Environment): Promise<NodeServer>;
  /** A server of the app's own: `node server.js`, with the port in `PORT`. */
  run(script: string, options?: { cwd?: string; env?: Environment }): Promise<NodeServer>;
  /** Stops the servers and removes the copy. */
  dispose(): Promise<void>;
}

export interface AppOptions {
  line?: NextLine;
  /** Extra arguments of `next build` and `next dev`: `['--webpack']`. */
  bundler?: readonly string[];
  /** Whether the app has the `prebuild` script of the README. Default: true. */
  prebuild?: boolean;
  /** Environment of builds and servers, besides that of the tests. */
  env?: Environment;
}

type Environment = Readonly<Record<string, string>>;

const FIXTURES = path.resolve(__dirname, '../fixtures');

/**
 * The compiler caches of disposed apps, for later apps of this test file
 * with the same fixture and options: hosts carry it from build to build, too.
 * Compilers find it only in the folder where it was made, so an app takes over
 * the folder of an earlier one.
 */
const disposed = new Map<string, string[]>();
let isOver = false;
const COMPILER_CACHES = ['.next/cache/turbopack', '.next/cache/webpack'];
const keptCaches = (dir: string) => `${dir}-compiler-caches`;
afterAll(() => {
  isOver = true;
  for (const dir of [...disposed.values()].flat()) fs.rmSync(keptCaches(dir), { recursive: true, force: true });
});

/** @param layers folders, of the fixtures or by their absolute paths, laid over each other in this order. */
export function createApp(layers: string | readonly string[], options: AppOptions = {}): NextApp {
  const { line = 'latest', bundler = [], prebuild = true } = options;
  const installation = installedNext(line);
  const folders = [layers].flat();
  const key = JSON.stringify([layers, line, bundler, options.env]);
  // A folder that no other run, and no app of this run that was not disposed, has written to.
  const newFolder = () => fs.mkdtempSync(path.join(installation, 'apps', `${path.basename(folders.at(-1) ?? '')}-`));
  const dir = disposed.get(key)?.pop() ?? newFolder();
  for (const folder of folders) fs.cpSync(path.resolve(FIXTURES, folder), dir, { recursive: true });
  const scripts = { ...(prebuild && { prebuild: 'next-smart-cache build' }), build: ['next build', ...bundler].join(' ') };
  const packageFile = path.join(dir, 'package.json');
  const own = fs.existsSync(packageFile) ? (JSON.parse(fs.readFileSync(packageFile, 'utf8')) as object) : {};
  fs.writeFileSync(packageFile, JSON.stringify({ private: true, scripts, ...own }));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...options.env,
    NEXT_TELEMETRY_DISABLED: '1',
    PATH: `${path.join(installation, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
  };
  // Jest sets NODE_ENV to a value that Next warns about.
  Reflect.deleteProperty(env, 'NODE_ENV');
  const servers: NodeServer[] = [];
  let isDisposed = false;

  const tryBuild = () => {
    // Do this now, not earlier: tests read the files that a build or a command has written.
    moveFolders(keptCaches(dir), dir, COMPILER_CACHES);
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { cwd: dir, env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  const serve = async (args: readonly string[], cwd = dir, extra: Environment = {}) => {
    const server = await startNodeServer(args, { cwd, env: { ...env, ...extra } });
    servers.push(server);
    return server;
  };
  const next = path.join(installation, 'node_modules/next/dist/bin/next');
  const command = path.join(installation, 'node_modules/next-smart-cache/dist/cjs/cli.js');
  return {
    dir,
    installation,
    env,
    write(file, content) {
      const target = path.join(dir, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, content);
    },
    read: (file) => fs.readFileSync(path.join(dir, file), 'utf8'),
    build() {
      const { status, output } = tryBuild();
      if (status !== 0) throw new Error(`next build failed:\n${output}`);
      return output;
    },
    tryBuild,
    cli(...args) {
      const { status, stdout, stderr } = spawnSync('next-smart-cache', args, { cwd: dir, env, encoding: 'utf8' });
      return { status, stdout, stderr };
    },
    cliInBackground(command, { killAfter } = {}) {
      return new Promise((resolve, reject) => {
        const child = spawn('next-smart-cache', [command], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          stderr += text;
        });
        child.once('error', reject);
        child.once('close', (status) => resolve({ status, stderr }));
        if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
      });
    },
    start: (extra) => serve([next, 'start'], dir, extra),
    startWithStore: ({ args = [], env: extra } = {}) => serve([command, 'start', ...args], dir, extra),
    dev: (extra) => serve([next, 'dev', ...bundler], dir, extra),
    run: (script, { cwd = dir, env: extra } = {}) => serve([script], cwd, extra),
    async dispose() {
      // At a second call, the folder may belong to a later app.
      if (isDisposed) return;
      isDisposed = true;
      await Promise.all(servers.map((server) => server.stop()));
      if (!isOver) moveFolders(dir, keptCaches(dir), COMPILER_CACHES);
      // A child of a server that was killed may still write.
      fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      if (!isOver) disposed.set(key, [...(disposed.get(key) ?? []), dir]);
    },
  };
}

/** Moves those folders that exist, unless they exist at the target. */
function moveFolders(from: string, to: string, names: readonly string[]): void {
  for (const name of names) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (!fs.existsSync(source) || fs.existsSync(target)) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(source, target);
  }
}
