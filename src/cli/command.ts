import type { Command } from 'commander';
import type { BuiltSite } from '../core/nginx-areas.js';
import type { MeasuredBuild } from '../core/plain-reasons.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import type { Project } from '../pipeline/project.js';

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

/** The world as the command line sees it; tests pass their own. */
export interface CommandIo {
  /** Folder the command was typed in. */
  cwd: string;
  /** Data. */
  stdout(text: string): void;
  /** Talk. */
  stderr(text: string): void;
  terminal: TerminalAbilities;
  /** Loads `next.config` and works out the project of an app's folder. */
  loadProject(root: string): Promise<Project>;
  /** Reads what `next build` has left of a project. */
  readBuiltSite(project: Project): BuiltSite;
  /** Measures the coverage of what `next build` has left of a project. */
  measureBuild(project: Project, built: BuiltManifest): MeasuredBuild;
  /** The `next.config` of an app's folder, in any of its forms. */
  findConfigFile(root: string): string | undefined;
  /**
   * For a command that goes on by itself: aborted when the user ends it. Until
   * a command asks for it, an interrupt ends the process at once.
   */
  interruption(): AbortSignal;
  /** The package's own version. */
  version: string;
}

/** What the output may look like. Plain where it is piped or kept by CI. */
export interface TerminalAbilities {
  /** Whether the talk has colours: on a terminal, unless `NO_COLOR` is set (https://no-color.org). */
  hasColors: boolean;
  /** Whether a table on stdout has: the talk may be on a terminal while data is piped on. Default: false. */
  hasColorsOnStdout?: boolean;
  /** Whether a line may be written over: a progress bar. */
  isInteractive: boolean;
  /** How wide it is, in characters. Default: 80. */
  columns?: number | undefined;
}

/** 0: done; 1: what was asked for does not hold; 2: wrong usage. */
export type ExitCode = 0 | 1 | 2;
