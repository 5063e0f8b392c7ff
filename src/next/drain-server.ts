import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import net, { type Socket } from 'node:net';

/** How often the connections are looked at, in milliseconds. */
const CHECK_MS = 50;

/** How long a client may pause within a request, in milliseconds. Docker ends a container 10 seconds after the signal. */
const MAX_PAUSE_MS = 5000;

/**
 * Watches the connections of a server, so that it can end without cutting an answer off.
 *
 * @param maxPauseMs default: 5 seconds.
 * @returns a function that stops listening, and resolves when the last open request is answered.
 * Each answer from then on tells its client to close the connection. WebSockets and
 * other upgraded connections are closed at once: they have no end to wait for.
 * A connection whose request does not arrive is closed when the client pauses, or, as
 * before, after the server's `headersTimeout` or `requestTimeout`. With `next start`,
 * it keeps the process running.
 */
export function createDrain(server: Server, maxPauseMs = MAX_PAUSE_MS): () => Promise<void> {
  const sockets = new Set<Socket>();
  const upgraded = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      upgraded.delete(socket);
    });
  });
  // Node passes the socket of the connection, which its type calls a Duplex.
  server.on('upgrade', (_request, socket) => upgraded.add(socket as Socket));
  return () =>
    new Promise((resolve) => {
      server.prependListener('request', endConnection);
      for (const socket of upgraded) socket.destroy();
      const pauses = createPauseCheck(maxPauseMs);
      const closeUnused = () => {
        // Browsers open connections ahead of time. Node takes one that has sent nothing for a slow request.
        for (const socket of sockets) if (socket.bytesRead === 0 || pauses(socket)) socket.destroy();
        // Node takes a response for sent when all of it is written, and then cuts off what the client has not read.
        if (![...sockets].some((socket) => openResponse(socket)?.writableEnded)) server.closeIdleConnections();
      };
      const timer = setInterval(closeUnused, CHECK_MS);
      // `close()` of an HTTP server would also close the connections of such responses, and end the
      // checks of `headersTimeout` and `requestTimeout` (`httpServerPreClose` in lib/_http_server.js).
      net.Server.prototype.close.call(server, () => {
        clearInterval(timer);
        resolve();
      });
      closeUnused();
    });
}

function endConnection(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Connection', 'close');
}

/** Makes a function that tells whether a client has paused for too long before the end of its request. */
function createPauseCheck(maxPauseMs: number): (socket: Socket) => boolean {
  const lastMoves = new WeakMap<Socket, { bytes: number; at: number }>();
  return (socket) => {
    const request = openResponse(socket)?.req;
    // The app may take its time to read the rest of a body that has arrived.
    if (request && (request.complete || request.readableLength > 0)) {
      lastMoves.delete(socket);
      return false;
    }
    const bytes = socket.bytesRead + socket.bytesWritten;
    const last = lastMoves.get(socket);
    if (last?.bytes === bytes) return performance.now() - last.at >= maxPauseMs;
    lastMoves.set(socket, { bytes, at: performance.now() });
    return false;
  };
}

/**
 * The response that a connection waits for. Node has no public name for it; packages
 * that end servers read the same property. To note it at each request would slow down all of them.
 */
function openResponse(socket: Socket & { _httpMessage?: ServerResponse | null }): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}
