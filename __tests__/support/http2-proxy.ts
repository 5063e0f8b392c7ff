import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const [key, cert] = ['key.pem', 'cert.pem'].map((file) => fs.readFileSync(path.join(__dirname, 'self-signed', file))) as [Buffer, Buffer];

/**
 * Makes Chromium trust the certificate. Chromium does not cache the responses
 * of a site whose certificate it merely tolerates.
 */
export const TRUST_FLAG = `--ignore-certificate-errors-spki-list=${createHash('sha256')
  .update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' }))
  .digest('base64')}`;

/** HTTP/1.1 headers of one connection. HTTP/2 forbids them: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2 */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'transfer-encoding'];

export interface Http2Proxy {
  origin: string;
  /** The requests since the last call, as status and path. */
  takeRequests(): string[];
  close(): Promise<void>;
}

/** Speaks HTTP/2 with browsers, as most hosts do, and HTTP/1.1 with the server. */
export async function startHttp2Proxy(pickTarget: () => string): Promise<Http2Proxy> {
  let requests: string[] = [];
  const server = http2.createSecureServer({ key, cert }, (incoming, outgoing) => {
    const { hostname, port } = new URL(pickTarget());
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !name.startsWith(':')));
    // Open a connection for each request: the server may close an idle one just when a request is sent over it.
    const options = { agent: false, hostname, port, path: incoming.url, method: incoming.method, headers };
    const forwarded = http.request(options, (answer) => {
      requests.push(`${answer.statusCode} ${incoming.url}`);
      const answerHeaders = Object.entries(answer.headers).filter(([name]) => !CONNECTION_HEADERS.includes(name));
      outgoing.writeHead(answer.statusCode ?? 0, Object.fromEntries(answerHeaders) as http.OutgoingHttpHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.stream.destroy());
    incoming.pipe(forwarded);
  });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}
