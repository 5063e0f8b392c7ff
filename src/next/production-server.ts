import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import type createNext from 'next';
import { SmartCacheError, systemErrorCode } from '../core/errors.js';
import { localOrigin } from '../core/ports.js';
import { sharedGlobals } from '../core/shared-globals.js';
import { createDrain } from './drain-server.js';
import { holdTraffic } from './held-traffic.js';
import { requireFolder } from './load-project.js';
import { explainFailure, listenFailed } from './start-failures.js';

interface ProductionServerOptions {
  /** The app's folder. */
  root: string;
  /** 0 asks the system for a free port. */
  port: number;
  /** Default: all addresses of the machine. */
  hostname?: string | undefined;
  /** Milliseconds until an idle connection is closed. Default: that of Node. */
  keepAliveTimeout?: number | undefined;
  /** Makes the handler that answers hashed URLs from the store, and calls `next` for all other requests. */
  createHandler(build: { dir: string; distDir: string }): StoreHandler;
}

type StoreHandler = (request: http.IncomingMessage, response: http.ServerResponse, next: () => void) => void;

interface ProductionServer {
  /** The URL of the site on this machine. */
  origin: string;
  port: number;
  /** The version of Next. */
  nextVersion: string;
  /** Whether the app ends the process itself: https://nextjs.org/docs/pages/guides/self-hosting#manual-graceful-shutdowns */
  isEndedByApp: boolean;
  /** Answers the open requests, and ends Next after its `after()` tasks. */
  stop(): Promise<void>;
}

/**
 * Serves a finished build as `next start` does, by Next's API for custom servers
 * (https://nextjs.org/docs/app/guides/custom-server), with the store's handler in front.
 * The server listens first, as that of `next start`: Next needs the port, and a taken
 * port is an error before Next has loaded anything.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE` without a build to serve,
 * `ERR_SMART_CACHE_LISTEN_FAILED`, `ERR_SMART_CACHE_USAGE` for a folder without an app.
 */
export async function startProductionServer(options: ProductionServerOptions): Promise<ProductionServer> {
  const { hostname, keepAliveTimeout, createHandler } = options;
  requireFolder(options.root);
  const root = fs.realpathSync(options.root);
  setProductionEnvironment();
  const { next, version } = loadNext(root);
  process.title = `next-server (v${version})`;

  const server = http.createServer();
  if (keepAliveTimeout) server.keepAliveTimeout = keepAliveTimeout;
  const drain = createDrain(server);
  const release = holdTraffic(server);
  const port = await listen(server, options.port, hostname);
  const origin = localOrigin(port, hostname);
  publishAddress(port, origin);
  try {
    // In production, `webpack` has one effect: Next 16 leaves the variable TURBOPACK alone, as `next start` does.
    const app = next({ dir: root, dev: false, ...(hostname !== undefined && { hostname }), port, httpServer: server, webpack: true });
    await app.prepare();
    // A config may call `withSmartCache` in builds only.
    const answerFromStore = createHandler({ dir: root, distDir: sharedGlobals().loadedApp?.distDir ?? '.next' });
    const answerByNext = handlerOf(app);
    release(() => {
      server.on('request', (request, response) => answerFromStore(request, response, () => void answerByNext(request, response)));
      attachUpgrades(answerByNext);
    });
    const isEndedByApp = Boolean(process.env.NEXT_MANUAL_SIG_HANDLE);
    return { origin, port, nextVersion: version, isEndedByApp, stop: () => drain().then(() => app.close()) };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw explainFailure(root, sharedGlobals().loadedApp, error);
  }
}

/** The variables that the command `next` sets before it loads Next. */
function setProductionEnvironment(): void {
  // Next's types declare NODE_ENV as read-only.
  Object.assign(process.env, { NODE_ENV: process.env.NODE_ENV || 'production', NEXT_RUNTIME: 'nodejs' });
}

/**
 * The variables that `next start` sets when it listens. Next 15 sends a server action
 * that another page handles, and a redirect of one, to the second address; without it,
 * to the one in the `Host` header.
 */
function publishAddress(port: number, origin: string): void {
  Object.assign(process.env, { PORT: String(port), __NEXT_PRIVATE_ORIGIN: origin });
}

type NextFactory = typeof createNext;

/** Loads the Next of the app. In a monorepo, this package may have another one beside it. */
function loadNext(root: string): { next: NextFactory; version: string } {
  const requireFromApp = createRequire(path.join(root, 'package.json'));
  try {
    const { version } = requireFromApp('next/package.json') as { version: string };
    return { next: requireFromApp('next') as NextFactory, version };
  } catch (error) {
    if (systemErrorCode(error) !== 'MODULE_NOT_FOUND') throw error;
    throw new SmartCacheError(
      'ERR_SMART_CACHE_USAGE',
      {
        what: 'Next is not installed for this folder',
        where: root,
        why: 'it is not the folder of an app, or its dependencies are not installed',
        fix: 'run "npm install", or run the command in the folder of next.config, or pass --cwd DIR',
      },
      { cause: error },
    );
  }
}

/** @returns the port, which the system has chosen if the given one is 0. */
function listen(server: http.Server, port: number, hostname: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailed(port, hostname, error)));
    server.listen(port, hostname, () => {
      server.removeAllListeners('error');
      resolve((server.address() as net.AddressInfo).port);
    });
  });
}

type RequestListener = (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>;

/** Next answers with its own error page. An error that gets here is one of that page. */
function handlerOf(app: ReturnType<NextFactory>): RequestListener {
  const handle = app.getRequestHandler();
  return async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      response.statusCode = 500;
      response.end('Internal Server Error');
      console.error(`Failed to handle request for ${request.url}`, error);
    }
  };
}

/**
 * Makes Next listen for upgrades, which `rewrites` pass on to WebSocket servers. Next
 * adds its listener with the first request; what `getUpgradeHandler()` returns does
 * nothing in production (seen on 15.4 to 16.4). This request has no connection. Next
 * answers it before anything of the app runs: it redirects repeated slashes first.
 */
function attachUpgrades(answer: RequestListener): void {
  const request = new http.IncomingMessage(new net.Socket());
  Object.assign(request, { method: 'GET', url: '//' });
  void answer(request, new http.ServerResponse(request));
}
