import type { Project } from '../pipeline/project.js';

/** The world as the command line sees it; tests pass their own. */
export interface CommandIo {
  /** Folder the command was typed in. */
  cwd: string;
  /** Data. */
  stdout(text: string): void;
  /** Talk. */
  stderr(text: string): void;
  /** Loads `next.config` and works out the project of an app's folder. */
  loadProject(root: string): Promise<Project>;
  /** The package's own version. */
  version: string;
}

/** Options that every command takes. */
export interface GlobalFlags {
  cwd: string;
  json: boolean;
}

/** 0: done; 1: what was asked for does not hold; 2: wrong usage. */
export type ExitCode = 0 | 1 | 2;
