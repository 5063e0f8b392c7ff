import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { installedNext, type NextLine } from './installed-next';

/** A copy of a fixture app, on its own, with the package installed above it. */
export interface NextApp {
  dir: string;
  write(file: string, content: string | Buffer): void;
  read(file: string): string;
  /** Runs the `build` script, `prebuild` included; throws with the output when it fails. */
  build(): string;
  /** The same, for a build that is meant to fail. */
  tryBuild(): { status: number | null; output: string };
  /** Runs the package's command line in the app. */
  cli(...args: string[]): { status: number | null; stdout: string; stderr: string };
  /** The same, beside others, and killed after so many milliseconds if that is given. */
  cliInBackground(command: string, options?: { killAfter?: number }): Promise<{ status: number | null; stderr: string }>;
  start(): Promise<NextServer>;
  dev(): Promise<NextServer>;
  /** Stops the servers and removes the copy. */
  dispose(): Promise<void>;
}

export interface NextServer {
  origin: string;
  /** What the server has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface AppOptions {
  line?: NextLine;
  /** Extra arguments of `next build` and `next dev`: `['--webpack']`. */
  bundler?: readonly string[];
  /** The app's scripts. Default: `prebuild` and `build`, as the README says. */
  prebuild?: boolean;
}

const FIXTURES = path.resolve(__dirname, '../fixtures');
let count = 0;

export function createApp(fixture: string, { line = 'latest', bundler = [], prebuild = true }: AppOptions = {}): NextApp {
  const installation = installedNext(line);
  const dir = path.join(installation, 'apps', `${fixture}-${process.pid}-${count++}`);
  fs.cpSync(path.join(FIXTURES, fixture), dir, { recursive: true });
  const scripts = { ...(prebuild && { prebuild: 'next-smart-cache build' }), build: ['next build', ...bundler].join(' ') };
  fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ private: true, scripts }));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    PATH: `${path.join(installation, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
  };
  // Jest's own; Next warns of any value but its own.
  Reflect.deleteProperty(env, 'NODE_ENV');
  const servers: NextServer[] = [];

  const tryBuild = () => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { cwd: dir, env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  const serve = async (args: readonly string[]) => {
    const server = await startServer(path.join(installation, 'node_modules/next/dist/bin/next'), args, dir, env);
    servers.push(server);
    return server;
  };
  return {
    dir,
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
    start: () => serve(['start']),
    dev: () => serve(['dev', ...bundler]),
    async dispose() {
      await Promise.all(servers.map((server) => server.stop()));
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startServer(bin: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<NextServer> {
  const port = await freePort();
  // A group of its own, so that Next's own children end with it.
  const child = spawn(process.execPath, [bin, ...args, '-p', String(port)], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const stop = () => stopGroup(child);
  try {
    await readyLine(child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { origin: `http://localhost:${port}`, output: () => output, stop };
}

/** Next prints "Ready in" once it listens. */
function readyLine(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (output().includes('Ready in')) resolve();
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) => reject(new Error(`next ended with ${code}:\n${output()}`)));
  });
}

function stopGroup(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    process.kill(-child.pid, 'SIGKILL');
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
