/**
 * Serves what the adapter of the fixtures has put together, with the router
 * that Next publishes for adapters: `node adapter-server.mjs FOLDER ROUTING`,
 * FOLDER being that of `deployment.json`, and ROUTING the one of `@next/routing`.
 */
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder, routingPackage] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { resolveRoutes } = require(routingPackage);
const { buildId, routing, basePath, workingDir, ...outputs } = JSON.parse(fs.readFileSync(path.join(folder, 'deployment.json'), 'utf8'));
const [staticFiles, prerenders, servers] = [outputs.staticFiles, outputs.prerenders, outputs.servers].map(
  (list) => new Map(list.map((output) => [output.pathname, output])),
);
const pathnames = [...servers.keys(), ...prerenders.keys(), ...staticFiles.keys()];

// Starts like a Next server: https://nextjs.org/docs/app/api-reference/adapters/runtime-integration
process.chdir(path.join(folder, workingDir));
require(path.join(process.cwd(), '../../node_modules/next/setup-node-env.js'));

const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.html': 'text/html',
  '.rsc': 'text/x-component',
};

http
  .createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url, `http://${incoming.headers.host}`);
    // Replaces the optimizer of a host.
    if (url.pathname === '/_next/image') url.href = new URL(url.searchParams.get('url'), url).href;
    const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const resolved = await resolveRoutes({
      url: toPayload(url, incoming.headers),
      buildId,
      basePath,
      headers,
      requestBody: new ReadableStream(),
      pathnames,
      routes: routing,
      invokeMiddleware: async () => ({}),
    });
    const routed = Object.fromEntries(resolved.resolvedHeaders ?? []);
    if (resolved.redirect) return outgoing.writeHead(resolved.redirect.status, { location: resolved.redirect.url.href }).end();
    const { resolvedPathname, invocationTarget, status = 200 } = resolved;
    const file = staticFiles.get(resolvedPathname);
    if (file) return send(outgoing, status, { 'cache-control': 'public, max-age=0, must-revalidate', ...routed }, file.file);
    const page = prerenders.get(invocationTarget?.pathname) ?? prerenders.get(resolvedPathname);
    if (page) return send(outgoing, status === 200 ? page.status : status, { ...page.headers, ...routed }, page.file);
    const server = servers.get(resolvedPathname);
    if (server === undefined) return sendNotFound(outgoing, routed);
    for (const [name, value] of Object.entries(routed)) outgoing.setHeader(name, value);
    const { handler } = require(path.join(folder, server.file));
    const query = new URLSearchParams(invocationTarget.query).toString();
    incoming.url = invocationTarget.pathname + (query && `?${query}`);
    await handler(incoming, outgoing, { requestMeta: { relativeProjectDir: '.' }, waitUntil: () => {} });
  })
  .listen(Number(process.env.PORT));

/** The payload of a page has a path of its own, and the router of the app asks for it by headers. */
function toPayload(url, { rsc, 'next-router-segment-prefetch': segment }) {
  if (!rsc) return url;
  const page = url.pathname === '/' ? '/index' : url.pathname;
  const candidates = [...(segment ? [`${page}.segments${segment}.segment.rsc`] : []), `${page}.rsc`];
  const found = candidates.find((pathname) => pathnames.includes(pathname));
  if (found === undefined) return url;
  const payload = new URL(url);
  payload.pathname = found;
  return payload;
}

function sendNotFound(outgoing, headers) {
  const page = prerenders.get('/_not-found') ?? staticFiles.get('/404') ?? staticFiles.get('/_not-found');
  send(outgoing, 404, { ...page?.headers, ...headers }, page?.file);
}

function send(outgoing, status, headers, file) {
  outgoing.writeHead(status, { 'content-type': TYPES[path.extname(file ?? '')] ?? 'application/octet-stream', ...headers });
  outgoing.end(file === undefined ? undefined : fs.readFileSync(path.join(folder, file)));
}
