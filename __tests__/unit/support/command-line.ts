import fs from 'node:fs';
import path from 'node:path';
import type { CommandIo } from '../../../src/cli/command';
import { main } from '../../../src/cli/main';
import { measureBuild } from '../../../src/next/build-coverage';
import { findConfigFile } from '../../../src/next/environment';
import { readBuiltSite } from '../../../src/next/finished-build';
import { resolveProject } from '../../../src/pipeline/project';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

export interface CommandRun {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A test double of `CommandIo`, and its output so far. */
export function commandWorld(io: Partial<CommandIo> = {}): { io: CommandIo; written: { stdout: string; stderr: string } } {
  const written = { stdout: '', stderr: '' };
  return {
    written,
    io: {
      cwd: '/app',
      version: '1.2.3',
      stdout: (text) => {
        written.stdout += text;
      },
      stderr: (text) => {
        written.stderr += text;
      },
      terminal: { hasColors: false, isInteractive: false },
      loadProject: async (root) => resolveProject({ root }),
      readBuiltSite,
      measureBuild,
      findConfigFile,
      startServer: () => Promise.reject(new Error('this test starts no server')),
      letAppExit() {},
      interruption: () => new AbortController().signal,
      termination: () => new AbortController().signal,
      ...io,
    },
  };
}

/** Runs the command line with a test double of `CommandIo`. */
export async function runCommand(argv: readonly string[], io: Partial<CommandIo> = {}): Promise<CommandRun> {
  const world = commandWorld(io);
  const exitCode = await main(argv, world.io);
  return { exitCode, ...world.written };
}

/** Creates an app with these files in `public/`. */
export function appWithPublic(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  fs.mkdirSync(path.join(root, 'public'));
  writeFiles(path.join(root, 'public'), files);
  return root;
}
