import os from 'node:os';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { describePortProblem } from '../../core/ports.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, printableJson } from '../terminal.js';

export const startCommand: CliCommand = {
  name: 'start',
  summary: 'serve the last build, in place of "next start"',
  description:
    'Serves the output of "next build". Answers a request for a hashed URL from the store, without Next, and gives all other requests to ' +
    'Next. After SIGTERM or Ctrl-C, answers the open requests and ends; a second signal ends it at once.',
  failsWhen: 'there is no build to serve, or the server cannot listen on the port',
  otherExitCodes: [
    [130, 'ended by Ctrl-C'],
    [143, 'ended by SIGTERM'],
  ],
  examples: [
    ['start', 'at http://localhost:3000'],
    ['start --port 8080 --hostname 127.0.0.1', 'for a proxy on the same machine'],
    ['start apps/web', 'the app in another folder'],
  ],
  configure(command) {
    command
      .argument('[directory]', "the app's folder (default: that of --cwd)")
      .addOption(new Option('-p, --port <port>', '0 is any free port').argParser(parsePort).default(3000).env('PORT'))
      .addOption(new Option('-H, --hostname <hostname>', 'the address to listen on (default: all of this machine)').env('HOSTNAME'))
      .option('--keepAliveTimeout <milliseconds>', 'how long an idle connection stays open (default: that of Node)', parseMilliseconds)
      .hook('preAction', ignoreNameOfMachine);
  },
  run: runStart,
};

async function runStart({ root, json, args, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const { port, hostname, keepAliveTimeout } = options as { port: number; hostname?: string; keepAliveTimeout?: number };
  const server = await io.startServer({
    root: path.resolve(root, args[0] ?? '.'),
    port,
    hostname,
    keepAliveTimeout,
    isStdoutForData: json,
  });
  const reporter = createReporter(io);
  reporter.done(`Next ${server.nextVersion} is ready at ${server.origin}`);
  if (json) io.stdout(`${printableJson({ origin: server.origin, port: server.port })}\n`);
  io.letAppExit();
  const signal = await (server.isEndedByApp ? new Promise<never>(() => {}) : terminated(io.termination()));
  reporter.note(`${signal}: answering the open requests; a second signal ends the server at once`);
  await server.stop();
  return signal === 'SIGINT' ? 130 : 143;
}

function terminated(termination: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => termination.addEventListener('abort', () => resolve(termination.reason), { once: true }));
}

/**
 * Docker and some shells set `HOSTNAME` to the name of the machine. A server that
 * listens on that address alone does not answer on localhost.
 */
function ignoreNameOfMachine(command: Command): void {
  const isOfSystem = ['', os.hostname()].includes(command.getOptionValue('hostname'));
  if (isOfSystem && command.getOptionValueSource('hostname') === 'env') command.setOptionValue('hostname', undefined);
}

function parsePort(text: string): number {
  const problem = describePortProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return Number(text);
}

function parseMilliseconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number of milliseconds.');
  return Number(text);
}
