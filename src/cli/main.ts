import { Command, CommanderError } from 'commander';
import { isSmartCacheError } from '../core/errors.js';
import { runBuild } from './build-command.js';
import type { CommandIo, ExitCode, GlobalFlags } from './command-io.js';

/**
 * The command line, from arguments to exit code. Never throws, never exits.
 *
 * @param argv arguments only, without `node` and the script.
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
    io.stderr(describeError(error));
    return isSmartCacheError(error) && error.code === 'ERR_SMART_CACHE_USAGE' ? 2 : 1;
  }
}

const CWD_HELP = "the app's folder: the one with next.config and public/";
const JSON_HELP = 'print the result as JSON on stdout';

function createProgram(io: CommandIo, setExitCode: (code: ExitCode) => void): Command {
  const program = new Command('next-smart-cache')
    .description('Content-hashed, immutable URLs for the files in public/ of a Next.js app.')
    .version(io.version)
    .helpCommand(false)
    .option('--cwd <dir>', CWD_HELP)
    .option('--json', JSON_HELP)
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .showHelpAfterError('Run "next-smart-cache --help" for the commands and options.');
  const build = program
    .command('build')
    .description('hash every file of public/ and write .smart-cache/manifest.json; run it as the "prebuild" script')
    .action(async () => setExitCode(await runBuild(build.optsWithGlobals<GlobalFlags>(), io)));
  for (const command of [build]) {
    command
      .option('--cwd <dir>', CWD_HELP, io.cwd)
      .option('--json', JSON_HELP, false)
      .copyInheritedSettings(program)
      .showHelpAfterError(`Run "next-smart-cache ${command.name()} --help" for its options.`);
  }
  return program;
}

function describeError(error: unknown): string {
  if (isSmartCacheError(error)) return `next-smart-cache: ${error.message}\n  Code: ${error.code}\n`;
  return `next-smart-cache: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
