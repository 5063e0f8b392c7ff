import { once } from 'node:events';
import net from 'node:net';

/** A connection to a server, for bytes that `node:http` would not send. */
export interface RawConnection {
  socket: net.Socket;
  send(text: string): void;
  /** Waits until the server has sent a text, from the last one that was waited for on, and returns all up to it. */
  until(text: string): Promise<string>;
  /** Waits until the server ends the connection. */
  closed(): Promise<unknown>;
}

export function connectTo(origin: string): RawConnection {
  const { hostname, port } = new URL(origin);
  const socket = net.connect(Number(port), hostname).setEncoding('latin1');
  const closed = once(socket, 'close');
  let received = '';
  let isClosed = false;
  let onChange = () => {};
  socket
    .on('data', (text: string) => {
      received += text;
      onChange();
    })
    .on('error', () => {})
    .on('close', () => {
      isClosed = true;
      onChange();
    });
  return {
    socket,
    send: (text) => void socket.write(text),
    async until(text) {
      while (!received.includes(text)) {
        if (isClosed) throw new Error(`the server closed the connection after ${JSON.stringify(received.slice(-500))}`);
        await new Promise<void>((resolve) => {
          onChange = resolve;
        });
      }
      const end = received.indexOf(text) + text.length;
      const part = received.slice(0, end);
      received = received.slice(end);
      return part;
    },
    closed: () => closed,
  };
}
