import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Keeps the requests of a server that listens already but cannot answer yet.
 *
 * @returns gives all of them to the listeners that the server has by then.
 */
export function holdTraffic(server: Server): () => void {
  const held: (() => void)[] = [];
  const holdRequest = (request: IncomingMessage, response: ServerResponse) => {
    held.push(() => server.emit('request', request, response));
  };
  const holdUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    held.push(() => server.emit('upgrade', request, socket, head));
  };
  server.on('request', holdRequest).on('upgrade', holdUpgrade);
  return () => {
    server.off('request', holdRequest).off('upgrade', holdUpgrade);
    for (const release of held) release();
  };
}
