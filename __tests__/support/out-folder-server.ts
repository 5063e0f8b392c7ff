import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE } from './http';
import { type NodeServer, serveInProcess } from './node-server';

export const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/x-component',
};

/**
 * A plain file server for `out/`, which knows as much of Next as hosts do:
 * `/page` is `page.html`, what is not there is `404.html`, and all below
 * `/_next/static/` is immutable.
 */
export function startOutFolderServer(folder: string, basePath = ''): Promise<NodeServer> {
  return serveInProcess((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    const file = pathname.startsWith(basePath) ? findFile(folder, decodeURIComponent(pathname.slice(basePath.length))) : undefined;
    const served = file ?? path.join(folder, '404.html');
    const isImmutable = file !== undefined && pathname.startsWith(`${basePath}/_next/static/`);
    outgoing.writeHead(file === undefined ? 404 : 200, {
      'content-type': CONTENT_TYPES[path.extname(served)] ?? 'application/octet-stream',
      'cache-control': isImmutable ? IMMUTABLE : 'public, max-age=0',
    });
    if (fs.existsSync(served)) fs.createReadStream(served).pipe(outgoing);
    else outgoing.end();
  });
}

function findFile(folder: string, pathname: string): string | undefined {
  const candidates = [pathname, `${pathname}.html`, path.join(pathname, 'index.html')];
  return candidates
    .map((candidate) => path.join(folder, candidate))
    .find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() && file.startsWith(folder + path.sep));
}
