import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Balancer {
  port: number;
  /** Closes all connections to a server, as when its machine is lost; returns how many answers that cut short. */
  cut(target: number): number;
  /** How many answers of a server are on their way. */
  answersOnTheirWay(target: number): number;
  close(): Promise<void>;
}

interface Connection {
  target: number;
  sockets: readonly net.Socket[];
  isAnswering: boolean;
}

const PIECE = 8_192;

/**
 * Passes each connection on to one of the servers. Works below HTTP, so that
 * a server that dies is seen by the caches as it would be without it.
 *
 * @param pickTarget the port of the server for a new connection.
 * @param isSlow whether the answers on a new connection take a while, so that
 * a server can die in the middle of one.
 */
export async function startBalancer(pickTarget: () => number, isSlow: () => boolean): Promise<Balancer> {
  const connections = new Set<Connection>();
  const server = net.createServer((client) => {
    const target = pickTarget();
    const upstream = net.connect(target, '127.0.0.1');
    const connection: Connection = { target, sockets: [client, upstream], isAnswering: false };
    connections.add(connection);
    const close = () => {
      connections.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    // An error is followed by `close`; the caches see the connection end.
    for (const socket of connection.sockets) socket.on('error', close).on('close', close);
    client.pipe(upstream);
    const delay = isSlow() ? 2 : 0;
    passOn(upstream, client, connection, delay).then(() => client.end(), close);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const to = (target: number) => [...connections].filter((connection) => connection.target === target);
  const answersOnTheirWay = (target: number) => to(target).filter(({ isAnswering }) => isAnswering).length;
  const cut = (target: number) => {
    const count = answersOnTheirWay(target);
    for (const { sockets } of to(target)) for (const socket of sockets) socket.destroy();
    return count;
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    cut,
    answersOnTheirWay,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { sockets } of connections) for (const socket of sockets) socket.destroy();
      }),
  };
}

async function passOn(from: net.Socket, to: net.Socket, connection: Connection, delay: number): Promise<void> {
  for await (const data of from) {
    const bytes = data as Buffer;
    connection.isAnswering = delay > 0;
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!to.write(bytes.subarray(at, at + PIECE))) await drained(to);
      if (delay) await sleep(delay);
    }
    connection.isAnswering = false;
  }
}

function drained(socket: net.Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
