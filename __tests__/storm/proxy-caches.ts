import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, type NodeServer, startServer } from '../support/node-server';

/** nginx with a `proxy_cache`, as its guides set one up. `X-Cache` tells what came out of the cache. */
export async function startNginx(upstream: number, folder: string): Promise<NodeServer> {
  const port = await freePort();
  fs.mkdirSync(folder, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ');
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(
    file,
    `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
worker_processes 1;
${process.getuid?.() === 0 ? `user ${os.userInfo().username};` : ''}
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary}
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=site:10m max_size=200m inactive=60m use_temp_path=off;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_cache site;
      proxy_cache_valid 200 10m;
      proxy_cache_lock on;
      proxy_cache_revalidate on;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
      add_header X-Cache $upstream_cache_status always;
    }
  }
}
`,
  );
  return startCache('nginx', ['-c', file, '-e', `${folder}/error.log`], port, folder);
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
  return startCache('varnishd', args, port, folder);
}

async function startCache(command: string, args: readonly string[], port: number, cwd: string): Promise<NodeServer> {
  // Debian has both in /usr/sbin, which is not in every user's path.
  const env = { ...process.env, PATH: `${process.env.PATH}${path.delimiter}/usr/sbin` };
  try {
    return await startServer(command, args, { port, cwd, env });
  } catch (cause) {
    throw new Error(`The storm needs a ${command} that starts. On Debian: apt-get install nginx varnish`, { cause });
  }
}
