// One core for the server, another one for the client, so that neither takes time from the other.
import { availableParallelism } from 'node:os';
import { run } from './child-process.mjs';

const CORES = { server: 0, client: 1 };

/** The command line that runs a command on one core, in the same process. */
export function onCore(of, [command, ...args]) {
  return ['taskset', ['--cpu-list', String(CORES[of]), command, ...args]];
}

/**
 * Checks that the machine can measure how a server answers, before anything is built.
 *
 * @param tools command → the name of Debian's package.
 */
export async function requireTools(tools) {
  if (availableParallelism() < 2) throw new Error('The server and its client need a core each, and this machine has one.');
  for (const [command, debianPackage] of Object.entries({ taskset: 'util-linux', ...tools })) {
    await run('sh', ['-c', `command -v ${command}`]).catch(() => {
      throw new Error(`This group needs ${command}. On Debian: apt-get install ${debianPackage}`);
    });
  }
}
