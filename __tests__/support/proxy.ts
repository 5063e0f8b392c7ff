import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingProxy {
  origin: string;
  /** Every request that has come through, in order. */
  seen: { path: string; status: number; cacheControl: string | undefined }[];
  close(): Promise<void>;
}

/**
 * A plain reverse proxy that writes down what comes through: what a browser
 * really asks for, whatever it says itself.
 *
 * @param pickTarget called with the path of every request, for the origin to pass it to.
 * @param headers added to every answer: a CDN's `Access-Control-Allow-Origin`.
 */
export async function startProxy(pickTarget: (path: string) => string, headers: http.OutgoingHttpHeaders = {}): Promise<RecordingProxy> {
  const seen: RecordingProxy['seen'] = [];
  const server = http.createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const { hostname, port } = new URL(pickTarget(path));
    const forwarded = http.request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
      seen.push({ path, status: answer.statusCode ?? 0, cacheControl: answer.headers['cache-control'] });
      outgoing.writeHead(answer.statusCode ?? 0, { ...answer.headers, ...headers });
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
