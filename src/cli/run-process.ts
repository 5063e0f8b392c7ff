import fs from 'node:fs';
import path from 'node:path';
import type { CommandIo } from './command.js';
import { main } from './main.js';
import { handleOutputErrors } from './terminal.js';

/** The functions of `next/` that the command line needs. They are passed in, since `cli/` does not import `next/`. */
export type NextAccess = Pick<CommandIo, 'loadProject' | 'readBuiltSite' | 'measureBuild' | 'findConfigFile' | 'startServer'>;

/** Runs the command line in this process: its arguments, streams, signals and exit code. */
export function runProcess(next: NextAccess): void {
  const { env, stderr, stdout } = process;
  const outputLoss = new AbortController();
  const signals = new AbortController();
  let isOutputLost = false;
  let isDone = false;

  handleOutputErrors(stdout, {
    onReaderGone: () => outputLoss.abort(),
    onLost(code) {
      // Report this once: every further line of a server's log fails too.
      if (isOutputLost) return;
      isOutputLost = true;
      process.exitCode = 1;
      stderr.write(
        `next-smart-cache: the output on stdout is lost, since the system said ${code}; check where it goes, and run the command again\n`,
      );
      outputLoss.abort();
    },
  });
  // Errors of stderr cannot be reported anywhere.
  handleOutputErrors(stderr, { onReaderGone() {}, onLost() {} });

  // The command handles the first signal. A second one ends the process at once.
  const termination = () => {
    handleSignals({
      onFirst: (signal) => signals.abort(signal),
      onSecond(exitCode) {
        isDone = true;
        process.exit(exitCode);
      },
    });
    return signals.signal;
  };

  void main(process.argv.slice(2), {
    cwd: process.cwd(),
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    terminal: {
      // `isTTY` is `undefined` for a pipe, whatever its type says.
      hasColors: Boolean(stderr.isTTY) && stderr.hasColors(),
      hasColorsOnStdout: Boolean(stdout.isTTY) && stdout.hasColors(),
      isInteractive: Boolean(stderr.isTTY) && env.TERM !== 'dumb' && !env.CI,
      columns: stderr.columns,
    },
    interruption: () => AbortSignal.any([termination(), outputLoss.signal]),
    termination,
    letAppExit() {
      isDone = true;
    },
    version: readVersion(),
    ...next,
  }).then((exitCode) => {
    isDone = true;
    process.exitCode = isOutputLost ? 1 : exitCode;
    // A config may keep the process alive. The empty writes wait until the output is written, or known to be lost.
    stdout.write('', () => stderr.write('', () => setImmediate(() => process.exit())));
  });

  // A config may call process.exit(). Node also exits, with 0, if a promise of the config can never settle.
  process.once('exit', () => {
    if (isDone) return;
    process.exitCode = 1;
    stderr.write('next-smart-cache: the command did not finish, because next.config ends the process or waits forever; remove that code\n');
  });
}

/** npm sends Ctrl-C on to a process that the terminal has told already. A second signal within this time counts as the same one. */
const ECHO_MS = 500;

function handleSignals({ onFirst, onSecond }: { onFirst(signal: string): void; onSecond(exitCode: number): void }): void {
  let firstAt: number | undefined;
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        onFirst(signal);
      } else if (performance.now() - firstAt > ECHO_MS) onSecond(exitCode);
    });
}

function readVersion(): string {
  const file = path.join(__dirname, '../../../package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}
