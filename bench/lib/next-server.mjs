// `next start`, `next dev` and `next-smart-cache start` on a free port, until they answer.
import path from 'node:path';
import { run } from './child-process.mjs';
import { onCore } from './cores.mjs';
import { startServer } from './server.mjs';

const flags = (port) => ['--hostname', '127.0.0.1', '--port', String(port)];

/** Starts Next on any core. */
export function serve(nextBin, folder, command = 'start') {
  return startServer((port) => [process.execPath, [nextBin, command, ...flags(port)]], { cwd: folder });
}

/** The commands of a `workDir` into which {@link installPackedPackage} has installed Next and the package. */
export function commandsOf(workDir) {
  const next = path.join(workDir, 'node_modules/next/dist/bin/next');
  const smartCache = path.join(workDir, 'node_modules/next-smart-cache/dist/cjs/cli.js');
  const startOn = (script) => (folder, options) =>
    startServer((port) => onCore('server', [process.execPath, script, 'start', ...flags(port)]), { cwd: folder, ...options });
  return {
    build: (folder, env) => run(process.execPath, [next, 'build'], { cwd: folder, env: { NEXT_TELEMETRY_DISABLED: '1', ...env } }),
    printNginx: async (folder) => (await run(process.execPath, [smartCache, 'nginx', '--cwd', folder])).stdout,
    /** `next start` on the core for servers. */
    startNext: startOn(next),
    /** `next-smart-cache start` on the core for servers. */
    startSmartCache: startOn(smartCache),
  };
}
