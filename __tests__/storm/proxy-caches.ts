import fs from 'node:fs';
import path from 'node:path';
import { proxyTo, startNginx as startWebServer } from '../support/nginx';
import { freePort, type NodeServer, startServer } from '../support/node-server';

/** nginx with a `proxy_cache`, as its guides set one up. `X-Cache` tells what came out of the cache. */
export function startNginx(upstream: number, folder: string): Promise<NodeServer> {
  return startWebServer(folder, {
    http: `proxy_cache_path ${folder}/cache levels=1:2 keys_zone=site:10m max_size=200m inactive=60m use_temp_path=off;`,
    server: `location / {
      ${proxyTo({ origin: `http://127.0.0.1:${upstream}` })}
      proxy_cache site;
      proxy_cache_valid 200 10m;
      proxy_cache_lock on;
      proxy_cache_revalidate on;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
      add_header X-Cache $upstream_cache_status always;
    }`,
  });
}

/** Varnish with its built-in rules. */
export async function startVarnish(upstream: number, folder: string): Promise<NodeServer> {
  const port = await freePort();
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'site.vcl');
  fs.writeFileSync(
    file,
    `vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "${upstream}"; }
sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; } }
`,
  );
  const args = ['-F', '-j', 'none', '-n', `${folder}/state`, '-a', `127.0.0.1:${port}`, '-T', 'none', '-f', file, '-s', 'malloc,100m'];
  // Debian has it in /usr/sbin, which is not in every user's path.
  const env = { ...process.env, PATH: `${process.env.PATH}${path.delimiter}/usr/sbin` };
  try {
    return await startServer('varnishd', args, { port, cwd: folder, env });
  } catch (cause) {
    throw new Error('The storm needs a varnishd that starts. On Debian: apt-get install varnish', { cause });
  }
}
