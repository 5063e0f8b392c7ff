import type { Command } from 'commander';
import type { MeasuredBuild } from '../core/plain-reasons.js';
import type { BuiltSite } from '../core/site-rules.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import type { Project } from '../pipeline/project.js';

/** A command of the command line, with the texts of its help. */
export interface CliCommand {
  name: string;
  /** Its line in the list of commands. */
  summary: string;
  /** Whole sentences. */
  description: string;
  /** The cases in which the exit code is 1. */
  failsWhen: string;
  /** Exit codes besides 0, 1 and 2, and what they mean. Default: none. */
  otherExitCodes?: readonly (readonly [code: ExitCode, meaning: string])[];
  /** Command lines without the program's name, and the purpose of each. */
  examples: readonly (readonly [line: string, purpose: string])[];
  /** Whether it reads no app, so that it has no `--cwd`. Default: false. */
  isWithoutApp?: boolean;
  /** Adds arguments and options besides `--cwd` and `--json`. */
  configure?(command: Command): void;
  run(invocation: Invocation, io: CommandIo): Promise<ExitCode>;
}

/** The parsed arguments of a command. */
export interface Invocation {
  /** The app's folder, absolute. */
  root: string;
  /** Whether to print data on stdout. */
  json: boolean;
  /** The arguments that `configure` declares, in order. */
  args: readonly (string | undefined)[];
  /** The options that `configure` declares, by their names in camelCase. */
  options: Readonly<Record<string, unknown>>;
}

/** All input and output of a command, so that tests can replace it. */
export interface CommandIo {
  cwd: string;
  /** Writes data. */
  stdout(text: string): void;
  /** Writes messages for people. */
  stderr(text: string): void;
  terminal: TerminalAbilities;
  /** Loads the `next.config` of an app's folder, and resolves its project. */
  loadProject(root: string): Promise<Project>;
  /** Reads the output of the last `next build`. */
  readBuiltSite(project: Project): BuiltSite;
  /** Measures the coverage of the last `next build`. */
  measureBuild(project: Project, built: BuiltManifest): MeasuredBuild;
  findConfigFile(root: string): string | undefined;
  /** Serves the last `next build`: hashed files from the store, everything else by Next. */
  startServer(settings: ServerSettings): Promise<RunningServer>;
  /**
   * Returns a signal that aborts on Ctrl-C, on a termination signal, and when the
   * output can no longer be written. Until a command calls this function, signals of
   * the system end the process at once.
   */
  interruption(): AbortSignal;
  /** Like `interruption`, but only signals abort it, with their name as the reason: a server keeps running if its log cannot be written. */
  termination(): AbortSignal;
  /** From now on, code of the app may end the process with an exit code of its own. */
  letAppExit(): void;
  version: string;
}

export interface ServerSettings {
  /** The app's folder, absolute. */
  root: string;
  port: number;
  /** Default: all addresses of the machine. */
  hostname: string | undefined;
  /** Milliseconds until an idle connection is closed. Default: that of Node. */
  keepAliveTimeout: number | undefined;
  /** Whether stdout is only for data: the output of Next and of the config then goes to stderr while they start. */
  isStdoutForData: boolean;
}

export interface RunningServer {
  origin: string;
  port: number;
  nextVersion: string;
  /** Whether the app handles signals and ends the process. */
  isEndedByApp: boolean;
  /** Answers the open requests, and ends. */
  stop(): Promise<void>;
}

export interface TerminalAbilities {
  /** Whether stderr is a terminal with colours, and `NO_COLOR` is not set (https://no-color.org). */
  hasColors: boolean;
  /** The same for stdout, which may be piped while stderr is a terminal. Default: false. */
  hasColorsOnStdout?: boolean;
  /** Whether a line can be overwritten, as a progress bar does. */
  isInteractive: boolean;
  /** Width in characters. Default: unlimited. */
  columns?: number | undefined;
}

/** 0: done; 1: a check failed, or an error; 2: wrong usage; 130 and 143: a server has ended after SIGINT or SIGTERM. */
export type ExitCode = 0 | 1 | 2 | 130 | 143;
