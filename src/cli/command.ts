import type { Command } from 'commander';
import type { CommandIo, ExitCode } from './command-io.js';

/** One command: what its help says, and what it does. */
export interface CliCommand {
  name: string;
  /** Its line in the list of commands. */
  summary: string;
  /** What it does, in whole sentences, for its own help. */
  description: string;
  /** What exit code 1 means here. */
  failsWhen: string;
  /** Command lines, without the program's name, and what each is for. */
  examples: readonly (readonly [line: string, purpose: string])[];
  /** Whether it works on no app, so that its help has no `--cwd`. Default: it works on one. */
  isWithoutApp?: boolean;
  /** Adds arguments and options besides `--cwd` and `--json`. Default: there are none. */
  configure?(command: Command): void;
  run(invocation: Invocation, io: CommandIo): Promise<ExitCode>;
}

/** What was typed. */
export interface Invocation {
  /** The app's folder, absolute. */
  root: string;
  /** Whether data is wanted on stdout. */
  json: boolean;
  /** The arguments that `configure` has declared, in order. */
  args: readonly (string | undefined)[];
  /** The options that `configure` has declared, by their names in camelCase. */
  options: Readonly<Record<string, unknown>>;
}
