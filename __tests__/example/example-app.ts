import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packOnce } from '../support/installed-next';
import { type NodeServer, startNodeServer } from '../support/node-server';

const repository = path.resolve(__dirname, '../..');

/** Folders that a fresh clone does not have. */
const GENERATED = ['node_modules', '.next', '.smart-cache', 'public/vendor'];

/** A copy of `example-app/`, installed and built by the commands of `npm start`. */
export interface ExampleApp {
  /** Copies the sources again, with the new figures and without the edits. */
  reset(): void;
  build(): void;
  start(): Promise<NodeServer>;
  /** Edits {@link CHANGED_FILES}, as the next deploy of a site does. */
  edit(): void;
  dispose(): void;
}

export const CHANGED_FILES = ['/css/example.css', '/js/application.js'];

/** @throws {Error} if `npm ci` refuses the lockfile. */
export function installExampleApp(): ExampleApp {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'next-smart-cache-example-'));
  // The example installs the package from the folder above it.
  execFileSync('tar', ['-xzf', packOnce(), '-C', folder, '--strip-components=1']);
  const dir = path.join(folder, 'example-app');
  const source = path.join(repository, 'example-app');
  const generated = GENERATED.map((name) => path.join(source, name));
  const reset = () => fs.cpSync(source, dir, { recursive: true, filter: (file) => !generated.includes(file) });
  reset();

  const env: NodeJS.ProcessEnv = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  // Jest sets this variable to a value that Next warns about.
  Reflect.deleteProperty(env, 'NODE_ENV');
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: dir, env, encoding: 'utf8', stdio: 'pipe' });
  npm('ci', '--no-audit', '--no-fund', '--prefer-offline');
  return {
    reset,
    build: () => void npm('run', 'build'),
    start: () => startNodeServer([path.join(dir, 'node_modules/next-smart-cache/dist/cjs/cli.js'), 'start'], { cwd: dir, env }),
    edit() {
      for (const name of CHANGED_FILES) fs.appendFileSync(path.join(dir, 'public', name), '\n/* the second deploy */\n');
    },
    dispose: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}
