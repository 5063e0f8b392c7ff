import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Keeps the requests of a server that listens already but cannot answer yet.
 *
 * @returns a function that lets `listen` add the listeners that answer, and passes the
 * kept requests to them. It does both at once: in between, a request would reach two
 * listeners or none.
 */
export function holdTraffic(server: Server): (listen: () => void) => void {
  const held: (() => void)[] = [];
  const holdRequest = (request: IncomingMessage, response: ServerResponse) => {
    held.push(() => server.emit('request', request, response));
  };
  const holdUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    held.push(() => server.emit('upgrade', request, socket, head));
  };
  server.on('request', holdRequest).on('upgrade', holdUpgrade);
  return (listen) => {
    server.off('request', holdRequest).off('upgrade', holdUpgrade);
    listen();
    for (const release of held) release();
  };
}
