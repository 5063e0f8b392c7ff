import type { IncomingHttpHeaders } from 'node:http';
import zlib from 'node:zlib';
import CachePolicy from 'http-cache-semantics';
import { type Answer, request } from '../support/http';

/** The answer that a page gets for one URL. */
export interface Loaded {
  status: number;
  /** The headers of the stored answer, updated by a 304. */
  headers: IncomingHttpHeaders;
  /** Decoded. */
  body: Buffer;
  /** The source of the bytes: the network, this browser's cache, or this cache after a server's 304. */
  source: 'network' | 'browser cache' | '304';
}

/** `reload` asks for everything again with validators, `hard-reload` without. */
export type Refresh = 'none' | 'reload' | 'hard-reload';

export interface Browser {
  load(url: string, refresh: Refresh): Promise<Loaded>;
  clearCache(): void;
}

const TIMEOUT = 15_000;

/** A browser as far as caching goes: RFC 9111, by `http-cache-semantics`. */
export function createBrowser(origin: string): Browser {
  const stored = new Map<string, { policy: CachePolicy; body: Buffer }>();
  return {
    clearCache: () => stored.clear(),
    async load(url, refresh) {
      const asked = { url, method: 'GET', headers: { host: new URL(origin).host, accept: '*/*', 'accept-encoding': 'gzip' } };
      const entry = refresh === 'hard-reload' ? undefined : stored.get(url);
      if (entry && refresh === 'none' && entry.policy.satisfiesWithoutRevalidation(asked)) {
        return { status: 200, headers: entry.policy.responseHeaders(), body: entry.body, source: 'browser cache' };
      }
      const validators = entry?.policy.revalidationHeaders(asked) ?? asked.headers;
      const noCache = refresh === 'hard-reload' ? { 'cache-control': 'no-cache' } : {};
      const answer = await request(origin, url, { headers: { ...validators, ...noCache }, signal: AbortSignal.timeout(TIMEOUT) });
      const isConfirmed = entry !== undefined && answer.status === 304;
      const headers = isConfirmed ? { ...entry.policy.responseHeaders(), ...answer.headers } : answer.headers;
      const status = isConfirmed ? 200 : answer.status;
      const body = isConfirmed ? entry.body : decode(answer);
      const policy = new CachePolicy(asked, { status, headers }, { shared: false });
      if (policy.storable()) stored.set(url, { policy, body });
      return { status, headers, body, source: isConfirmed ? '304' : 'network' };
    },
  };
}

function decode({ headers, body }: Answer): Buffer {
  return headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body;
}
