import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCommand } from './command-line';

/* Sites for `verify`, without faults except those of a test. */

export const IMMUTABLE = 'public, max-age=31536000, immutable';
export const SCRIPT = 'document.title = "1";\n';
export const HASH = createHash('sha256').update(SCRIPT).digest('hex').slice(0, 10);
export const PAGE = `<!doctype html><script src="/js/app.${HASH}.js"></script>`;

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
const servers: http.Server[] = [];

/** Call this after each test. */
export async function closeSites(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export async function serve(handler: Handler, create: (handler: Handler) => http.Server = http.createServer): Promise<string> {
  const server = create(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A site without faults, except for some paths. */
export function site(changed: (url: string) => Handler | undefined = () => undefined): Promise<string> {
  return serve((request, response) => {
    const url = request.url ?? '';
    const handler = changed(url);
    if (handler) return handler(request, response);
    if (url === '/') return void response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'private, no-store' }).end(PAGE);
    const isScript = /^\/js\/app(?:\.[0-9a-f]{10})?\.js$/.test(url);
    if (!isScript) return void response.writeHead(404, { 'cache-control': 'no-store' }).end();
    const cacheControl = url.includes(HASH) ? IMMUTABLE : 'public, max-age=0';
    response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': cacheControl }).end(SCRIPT);
  });
}

export const isMadeUp = (url: string) => /^\/js\/app\.[0-9a-f]{10}\.js$/.test(url) && !url.includes(HASH);

export const verify = (...argv: string[]) => runCommand(['verify', ...argv]);

/** Runs `verify`, and lists the failed checks of all URLs. */
export async function failing(...argv: string[]) {
  const { exitCode, stdout } = await verify(...argv, '--json');
  const { page, assets } = JSON.parse(stdout) as Record<'page' | 'assets', never>;
  const judged = [page, ...assets] as { verdicts: { check: string; ok: boolean; detail: string }[] }[];
  return { exitCode, checks: judged.flatMap(({ verdicts }) => verdicts.filter(({ ok }) => !ok).map(({ check }) => check)) };
}

export const NO_STORE = 'private, no-store';
export const isHashed = (url: string) => url === `/js/app.${HASH}.js`;
export const script =
  (headers: http.OutgoingHttpHeaders, body: string | Buffer = SCRIPT, status = 200): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);
export const page = (html: string, headers: http.OutgoingHttpHeaders = {}, status = 200) =>
  script({ 'content-type': 'text/html', 'cache-control': NO_STORE, ...headers }, html, status);
export const on = (path: string, handler: Handler) => (url: string) => (url === path ? handler : undefined);
