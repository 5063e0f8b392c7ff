// nginx with one worker, on the core for servers.
import fs from 'node:fs';
import path from 'node:path';
import { onCore } from './cores.mjs';
import { startServer } from './server.mjs';

const TEMPORARY_FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * @param folder where nginx may write.
 * @param serverBlock directives of the `server` block.
 * @param options see {@link startServer}.
 */
export function startNginx(folder, serverBlock, options) {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'nginx.conf');
  return startServer((port) => {
    fs.writeFileSync(file, configuration(folder, serverBlock, port));
    return onCore('server', ['nginx', '-c', file, '-e', path.join(folder, 'error.log')]);
  }, options);
}

/** `sendfile` and `tcp_nopush` as in Debian's nginx.conf. Without a log, since Next writes none either. */
function configuration(folder, serverBlock, port) {
  return `daemon off;
pid ${folder}/nginx.pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  access_log off;
  ${TEMPORARY_FOLDERS.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${serverBlock}
  }
}
`;
}
