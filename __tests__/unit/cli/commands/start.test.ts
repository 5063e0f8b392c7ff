import os from 'node:os';
import path from 'node:path';
import type { CommandIo, RunningServer, ServerSettings } from '../../../../src/cli/command';
import { runCommand } from '../../support/command-line';

/** Runs the command with a server that ends at once. */
async function start(argv: readonly string[], { signal = 'SIGTERM', ...server }: Partial<RunningServer> & { signal?: string } = {}) {
  const asked: ServerSettings[] = [];
  const events: string[] = [];
  const io: Partial<CommandIo> = {
    cwd: '/work',
    startServer: async (settings) => {
      asked.push(settings);
      events.push('start');
      const stop = async () => void events.push('stop');
      return { origin: 'http://localhost:3000', port: 3000, nextVersion: '16.4.6', isEndedByApp: false, stop, ...server };
    },
    letAppExit: () => void events.push('let app exit'),
    termination() {
      events.push('handle signals');
      const controller = new AbortController();
      setImmediate(() => controller.abort(signal));
      return controller.signal;
    },
  };
  return { ...(await runCommand(['start', ...argv], io)), settings: asked[0], events };
}

const { PORT, HOSTNAME } = process.env;
beforeEach(() => {
  for (const name of ['PORT', 'HOSTNAME']) Reflect.deleteProperty(process.env, name);
});
afterAll(() => {
  Object.assign(process.env, PORT !== undefined && { PORT }, HOSTNAME !== undefined && { HOSTNAME });
});

const DEFAULTS = { root: '/work', port: 3000, hostname: undefined, keepAliveTimeout: undefined, isStdoutForData: false };

test.each<[string, readonly string[], Partial<ServerSettings>, Readonly<Record<string, string>>?]>([
  ['the defaults of next start', [], {}],
  ['short flags', ['-p', '8080', '-H', '127.0.0.1'], { port: 8080, hostname: '127.0.0.1' }],
  ['long flags', ['--port=0', '--hostname=::1', '--keepAliveTimeout', '65000'], { port: 0, hostname: '::1', keepAliveTimeout: 65_000 }],
  ['a directory', ['apps/web'], { root: path.resolve('/work/apps/web') }],
  ['--cwd', ['--cwd', 'apps/web'], { root: path.resolve('/work/apps/web') }],
  ['a directory in that of --cwd', ['web', '--cwd', 'apps'], { root: path.resolve('/work/apps/web') }],
  ['PORT and HOSTNAME', [], { port: 4000, hostname: '0.0.0.0' }, { PORT: '4000', HOSTNAME: '0.0.0.0' }],
  ['flags before variables', ['-p', '5000', '-H', '::'], { port: 5000, hostname: '::' }, { PORT: '4000', HOSTNAME: '0.0.0.0' }],
  ['no HOSTNAME that names the machine', [], {}, { HOSTNAME: os.hostname() }],
  ['no empty HOSTNAME', [], {}, { HOSTNAME: '' }],
  ['a flag that names the machine', ['-H', os.hostname()], { hostname: os.hostname() }],
])('uses %s', async (_, argv, expected, env = {}) => {
  Object.assign(process.env, env);
  expect((await start(argv)).settings).toEqual({ ...DEFAULTS, ...expected });
});

test.each([
  [['-p', '70000'], /'-p, --port <port>' argument '70000' is invalid\. It must be a whole number from 0 to 65535\./],
  [['-p', '6000'], /argument '6000' is invalid\. Browsers refuse to open this port/],
  [['--keepAliveTimeout', 'soon'], /argument 'soon' is invalid\. It must be a whole number of milliseconds\./],
  [['--inspect'], /unknown option '--inspect'/],
])('refuses %j as wrong usage', async (argv, message) => {
  const { exitCode, stderr, settings } = await start(argv);
  expect({ exitCode, settings }).toEqual({ exitCode: 2, settings: undefined });
  expect(stderr).toMatch(message);
});

test('names the variable whose port is wrong', async () => {
  process.env.PORT = 'http';
  const { exitCode, stderr } = await start([]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("value 'http' from env 'PORT' is invalid");
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('says the URL, and after %s stops the server and exits with %i', async (signal, exitCode) => {
  expect(await start([], { signal })).toEqual({
    exitCode,
    stdout: '',
    stderr:
      'next-smart-cache: Next 16.4.6 is ready at http://localhost:3000\n' +
      `next-smart-cache: ${signal}: answering the open requests; a second signal ends the server at once\n`,
    settings: DEFAULTS,
    events: ['start', 'let app exit', 'handle signals', 'stop'],
  });
});

test('prints origin and port with --json', async () => {
  const { stdout, settings } = await start(['--port', '0', '--json'], { origin: 'http://localhost:4711', port: 4711 });
  expect(settings?.isStdoutForData).toBe(true);
  expect(JSON.parse(stdout)).toEqual({ origin: 'http://localhost:4711', port: 4711 });
});

test('leaves signals to an app that handles them', async () => {
  const events: string[] = [];
  void runCommand(['start'], {
    startServer: async () => ({ origin: '', port: 1, nextVersion: '', isEndedByApp: true, stop: async () => {} }),
    letAppExit: () => void events.push('let app exit'),
    termination() {
      events.push('handle signals');
      return new AbortController().signal;
    },
  });
  await new Promise(setImmediate);
  expect(events).toEqual(['let app exit']);
});
