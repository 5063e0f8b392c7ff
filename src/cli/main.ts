import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { isSmartCacheError } from '../core/errors.js';
import { visibleLines } from '../core/message-text.js';
import type { CliCommand, CommandIo, ExitCode } from './command.js';
import { buildCommand, watchCommand } from './commands/build.js';
import { checkCommand } from './commands/check.js';
import { cleanCommand } from './commands/clean.js';
import { headersCommand } from './commands/headers.js';
import { initCommand } from './commands/init.js';
import { nginxCommand } from './commands/nginx.js';
import { startCommand } from './commands/start.js';
import { verifyCommand } from './commands/verify.js';
import { createReporter } from './terminal.js';

/** The commands, in the order of `--help`. */
export const COMMANDS: readonly CliCommand[] = [
  initCommand,
  buildCommand,
  watchCommand,
  startCommand,
  checkCommand,
  verifyCommand,
  headersCommand,
  nginxCommand,
  cleanCommand,
];

/**
 * Runs the command line. Never throws, and never exits the process.
 *
 * @param argv the arguments, without `node` and the script.
 * @example process.exitCode = await main(process.argv.slice(2), io);
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isSmartCacheError(error)) createReporter(io).error(error);
    // For an unexpected error, the stack is the best information.
    else createReporter(io).fail(...(error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n'));
    return isSmartCacheError(error) && error.code === 'ERR_SMART_CACHE_USAGE' ? 2 : 1;
  }
}

const CWD = ['--cwd <dir>', "the app's folder: the one with next.config and public/ (default: the working directory)"] as const;
const JSON_FLAG = ['--json', 'print the result as JSON on stdout'] as const;

function createProgram(io: CommandIo, setExitCode: (code: ExitCode) => void): Command {
  const program = new Command('next-smart-cache')
    .description('Content-hashed, immutable URLs for the files in public/ of a Next.js app.')
    .version(io.version)
    .helpCommand(false)
    .option(...CWD)
    .option(...JSON_FLAG)
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: (text) => io.stderr(visibleLines(text)) })
    .showHelpAfterError('Run "next-smart-cache --help" for the commands and options.');
  for (const definition of COMMANDS) {
    const command = program
      .command(definition.name)
      .summary(definition.summary)
      .description(definition.description)
      .copyInheritedSettings(program)
      .showHelpAfterError(`Run "next-smart-cache ${definition.name} --help" for its options.`)
      .addHelpText('after', helpAfterOptions(definition));
    definition.configure?.(command);
    if (!definition.isWithoutApp) command.option(...CWD);
    command.option(...JSON_FLAG);
    command.action(async () => {
      const { cwd, json = false, ...options } = command.optsWithGlobals<{ cwd?: string; json?: boolean }>();
      const invocation = { root: path.resolve(io.cwd, cwd ?? '.'), json, args: command.processedArgs as (string | undefined)[], options };
      setExitCode(await definition.run(invocation, io));
    });
  }
  return program;
}

function helpAfterOptions({ failsWhen, otherExitCodes = [], examples }: CliCommand): string {
  const lines = examples.map(([line, purpose]) => [`next-smart-cache ${line}`, purpose] as const);
  const width = Math.max(...lines.map(([line]) => line.length));
  return [
    '',
    'Exit codes:',
    '  0  done',
    `  1  ${failsWhen}`,
    '  2  wrong usage',
    ...otherExitCodes.map(([code, meaning]) => `  ${code}  ${meaning}`),
    '',
    'Examples:',
    ...lines.map(([line, purpose]) => `  ${line.padEnd(width)}  ${purpose}`),
  ].join('\n');
}
