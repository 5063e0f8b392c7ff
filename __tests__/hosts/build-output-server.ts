import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type NodeServer, startNodeServer } from '../support/node-server';
import { type OutputRoute, type Resolution, resolveRoutes } from './build-output-routes';

/** The parts of `.vercel/output/config.json` that this file reads. */
export interface OutputConfig {
  routes: OutputRoute[];
  overrides?: Record<string, { path?: string; contentType?: string }>;
}

/** An entry of the output that can answer at a path. */
type Output = StaticFile | PrerenderedPage | { kind: 'function'; folder: string };

interface StaticFile {
  kind: 'file';
  file: string;
  contentType?: string | undefined;
}

interface PrerenderedPage {
  kind: 'page';
  file: string;
  status: number;
  headers: Record<string, string>;
}

type Environment = Readonly<Record<string, string>>;

export interface BuildOutputServer extends NodeServer {
  config: OutputConfig;
  /** The folders of the functions that have answered so far. */
  startedFunctions(): string[];
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.html': 'text/html',
};
/** Vercel's default for static files (https://vercel.com/docs/edge-cache#static-files). */
const DEFAULT_CACHE_CONTROL = 'public, max-age=0, must-revalidate';

/**
 * Serves the output of `vercel build` (https://vercel.com/docs/build-output-api):
 * routes, static files, prerendered pages, and functions, each in a process of
 * its own with nothing but its own files. Images are sent as they are, in the
 * place of Vercel's optimizer.
 *
 * @param outputDir `.vercel/output`.
 * @param repoRoot the folder that the paths of the functions' files are relative to.
 * @param env environment variables of the functions.
 */
export async function startBuildOutputServer(outputDir: string, repoRoot: string, env: Environment): Promise<BuildOutputServer> {
  const config = JSON.parse(fs.readFileSync(path.join(outputDir, 'config.json'), 'utf8')) as OutputConfig;
  const outputs = new Map([...listFunctions(path.join(outputDir, 'functions')), ...listFiles(path.join(outputDir, 'static'), config)]);
  const functions = new Map<string, Promise<NodeServer>>();

  const resolve = (url: string, method = 'GET', headers: Record<string, string> = {}) => {
    const isFolder = (name: string) => fs.statSync(path.join(outputDir, 'static', name), { throwIfNoEntry: false })?.isDirectory() === true;
    return resolveRoutes(config.routes, { url, method, headers }, (name) => outputs.has(keyOf(name)), isFolder);
  };

  const server = http.createServer(async (incoming, outgoing) => {
    try {
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const image = url.pathname === '/_next/image' ? url.searchParams.get('url') : null;
      const resolution = image === null ? resolve(incoming.url ?? '/', incoming.method, headers) : resolve(image);
      const output = resolution.output === undefined ? undefined : outputs.get(keyOf(resolution.output));
      if (output?.kind === 'function') return forward(incoming, outgoing, resolution, await startFunction(output.folder));
      const { status, headers: own, body } = answerOf(output);
      outgoing.writeHead(resolution.status ?? status, { ...own, ...resolution.headers });
      outgoing.end(body);
    } catch (error) {
      outgoing.writeHead(500).end(String(error));
    }
  });
  const startFunction = (folder: string) => {
    const started = functions.get(folder) ?? launch(folder, repoRoot, path.join(outputDir, 'launched', String(functions.size)), env);
    functions.set(folder, started);
    return started;
  };
  await new Promise<void>((listening) => server.listen(0, listening));
  return {
    config,
    startedFunctions: () => [...functions.keys()].map((folder) => path.relative(path.join(outputDir, 'functions'), folder)),
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    output: () => '',
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await Promise.all([...functions.values()].map(async (started) => (await started).stop()));
    },
  };
}

/** Outputs have no slash in front, and the one of the home page is called `index`. */
function keyOf(pathname: string): string {
  return decodeURIComponent(pathname).replace(/^\//, '') || 'index';
}

function* listFiles(folder: string, { overrides = {} }: OutputConfig): Iterable<[string, StaticFile]> {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    const { path: other = name, contentType } = overrides[name] ?? {};
    yield [other, { kind: 'file', file, contentType }];
  }
}

/** Lists the functions, and the pages that were prerendered in their place. */
function* listFunctions(folder: string, prefix = ''): Iterable<[string, Output]> {
  for (const { name } of fs.readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const relative = path.join(prefix, name);
    const target = path.join(folder, relative);
    if (name.endsWith('.func')) {
      const key = relative.slice(0, -'.func'.length);
      yield [key, prerenderedPage(path.join(folder, key)) ?? { kind: 'function', folder: fs.realpathSync(target) }];
    } else if (fs.statSync(target).isDirectory()) {
      yield* listFunctions(folder, relative);
    }
  }
}

function prerenderedPage(stem: string): PrerenderedPage | undefined {
  const file = `${stem}.prerender-config.json`;
  if (!fs.existsSync(file)) return undefined;
  const {
    fallback,
    initialHeaders = {},
    initialStatus = 200,
  } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    fallback?: string | { fsPath: string } | null;
    initialHeaders?: Record<string, string>;
    initialStatus?: number;
  };
  const name = typeof fallback === 'object' ? fallback?.fsPath : fallback;
  if (!name) return undefined;
  const found = [path.join(path.dirname(file), path.basename(name)), path.join(path.dirname(file), name)].find((each) =>
    fs.existsSync(each),
  );
  return found === undefined ? undefined : { kind: 'page', file: found, status: initialStatus, headers: initialHeaders };
}

function answerOf(output: StaticFile | PrerenderedPage | undefined): { status: number; headers: Record<string, string>; body?: Buffer } {
  if (output === undefined) return { status: 404, headers: {} };
  const { file } = output;
  const contentType = (output.kind === 'file' ? output.contentType : undefined) ?? TYPES[path.extname(file)] ?? 'application/octet-stream';
  const own = output.kind === 'page' ? output.headers : {};
  return {
    status: output.kind === 'page' ? output.status : 200,
    headers: { 'content-type': contentType, 'cache-control': DEFAULT_CACHE_CONTROL, ...own },
    body: fs.readFileSync(file),
  };
}

/** Puts a function and the files that it names into an empty folder, and starts it there. */
async function launch(folder: string, repoRoot: string, target: string, env: Environment): Promise<NodeServer> {
  const {
    handler,
    filePathMap = {},
    environment = {},
  } = JSON.parse(fs.readFileSync(path.join(folder, '.vc-config.json'), 'utf8')) as {
    handler: string;
    filePathMap?: Record<string, string>;
    environment?: Record<string, string>;
  };
  fs.cpSync(folder, target, { recursive: true });
  for (const [name, source] of Object.entries(filePathMap)) {
    const copy = path.join(target, name);
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    fs.copyFileSync(path.join(repoRoot, source), copy);
  }
  const started = { PATH: process.env.PATH, ...environment, ...env, NOW_REGION: 'iad1', VERCEL: '1' } as unknown as NodeJS.ProcessEnv;
  return startNodeServer([path.join(__dirname, 'function-server.cjs'), path.join(target, handler)], { cwd: target, env: started });
}

/** A function gets the requested path, and a header with the page of that path. */
async function forward(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  { query, headers, status }: Resolution,
  { origin }: NodeServer,
): Promise<void> {
  const { pathname } = new URL(incoming.url ?? '/', origin);
  const search = query.size > 0 ? `?${query}` : '';
  const sent = http.request(origin + pathname + search, {
    method: incoming.method,
    headers: { ...incoming.headers, 'x-matched-path': headers['x-matched-path'] ?? pathname },
  });
  incoming.pipe(sent);
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject));
  outgoing.writeHead(status ?? response.statusCode ?? 500, { ...response.headers, ...headers });
  response.pipe(outgoing);
}
