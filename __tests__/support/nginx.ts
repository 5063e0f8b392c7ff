import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, type NodeServer, startServer } from './node-server';

// Debian has it in /usr/sbin, which is not in every user's path.
const ENV = { ...process.env, PATH: `${process.env.PATH}${path.delimiter}/usr/sbin` };

interface NginxBlocks {
  /** Directives of the `server` block. */
  server: string;
  /** Directives of the `http` block besides. Default: none. */
  http?: string;
}

/** Debian's nginx on a free port of 127.0.0.1, with all that it writes in a folder of its own. */
export async function startNginx(folder: string, blocks: NginxBlocks): Promise<NodeServer> {
  const port = await freePort();
  const file = writeConfiguration(folder, blocks, port);
  const { stderr, status } = runNginx('-t', '-c', file, '-e', `${folder}/error.log`);
  if (status !== 0) throw new Error(`nginx refuses the configuration:\n${stderr}`);
  return startServer('nginx', ['-c', file, '-e', `${folder}/error.log`], { port, cwd: folder, env: ENV });
}

/** The pass to Next that the docs show, with the port in `Host`. */
export function proxyTo({ origin }: Pick<NodeServer, 'origin'>): string {
  return `proxy_pass ${origin.replace('localhost', '127.0.0.1')};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;`;
}

function runNginx(...args: string[]) {
  const result = spawnSync('nginx', args, { env: ENV, encoding: 'utf8' });
  if (result.error) throw new Error('These tests need nginx. On Debian: apt-get install nginx', { cause: result.error });
  return result;
}

function writeConfiguration(folder: string, { server, http = '' }: NginxBlocks, port: number): string {
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
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`,
  );
  return file;
}
