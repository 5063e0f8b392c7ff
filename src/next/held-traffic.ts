import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Keeps the requests of a server that listens already but cannot answer yet.
 *
 * @returns has `listen` add the listeners that answer, and gives them what was kept.
 * It does both at once: meanwhile, a request would reach two listeners or none.
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
