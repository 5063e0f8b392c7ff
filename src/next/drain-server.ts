import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How often connections without a request are looked for, in milliseconds. */
const IDLE_CHECK_MS = 50;

/**
 * Watches the connections of a server, so that it can end without cutting an answer off.
 *
 * @returns a function that stops listening, and resolves when the last open request is answered.
 * Each answer from then on tells its client to close the connection. WebSockets and
 * other upgraded connections are closed at once: they have no end to wait for.
 */
export function createDrain(server: Server): () => Promise<void> {
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
      const closeIdle = () => {
        // Browsers open connections ahead of time. Node takes one that has sent nothing for a slow request.
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
        server.closeIdleConnections();
      };
      const timer = setInterval(closeIdle, IDLE_CHECK_MS);
      server.close(() => {
        clearInterval(timer);
        resolve();
      });
      closeIdle();
    });
}

function endConnection(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Connection', 'close');
}
