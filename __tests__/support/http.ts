import http from 'node:http';

export interface Answer {
  status: number;
  cacheControl: string | undefined;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** One request with the path exactly as given: `fetch` would normalize it. */
export function request(
  origin: string,
  path: string,
  options: { method?: string; headers?: http.OutgoingHttpHeaders; signal?: AbortSignal } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = http.request({ hostname, port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          cacheControl: response.headers['cache-control'],
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

export const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Whether a cache may reuse this response without a request to the server (RFC 9111). */
export function isCacheable(cacheControl: string | undefined): boolean {
  if (cacheControl === undefined) return false;
  return !/no-store|no-cache|private/.test(cacheControl) && !/max-age=0\b/.test(cacheControl);
}
