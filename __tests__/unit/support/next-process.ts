import vm from 'node:vm';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const original = { cwd: process.cwd(), argv: process.argv, env: { ...process.env } };

afterEach(() => {
  process.chdir(original.cwd);
  process.argv = original.argv;
  process.env = { ...original.env };
});

export interface NextProcess {
  /** Command line after `node next`. Default: `build`. */
  argv?: readonly string[];
  /** Changes to the environment; `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes the test look, to a config, like a process of Next in an app with
 * these files: working directory, command line, environment.
 *
 * @returns the app's folder.
 */
export function enterNextProcess(files: Readonly<Record<string, string>>, { argv = ['build'], env = {} }: NextProcess = {}): string {
  const root = temporaryFolder();
  writeFiles(root, files);
  process.chdir(root);
  process.argv = ['node', 'next', ...argv];
  const merged = { NODE_ENV: 'production', ...env };
  for (const [name, value] of Object.entries(merged)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else Object.assign(process.env, { [name]: value });
  }
  return root;
}

/** Calls a function from this config file, as far as the call stack tells. */
export function fromConfigFile<T>(file: string, call: () => T): T {
  return vm.runInThisContext('(call) => call()', { filename: file })(call) as T;
}
