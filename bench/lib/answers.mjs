// Checks an answer before its speed is measured: a fast wrong answer is worth nothing.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

export const COMPRESSED = { 'Accept-Encoding': 'br, gzip' };

const IMMUTABLE = 'public, max-age=31536000, immutable';
const CACHE_CONTROLS = {
  hashed: (value) => value === IMMUTABLE,
  plain: (value) => value === 'public, max-age=0',
  page: (value) => value.includes('no-store'),
};

/** The hashed URLs of an app that is built, by asset path. */
export function readHashedUrls(folder) {
  const { assets } = JSON.parse(fs.readFileSync(path.join(folder, '.smart-cache/manifest.json'), 'utf8'));
  return Object.fromEntries(Object.entries(assets).map(([assetPath, { url }]) => [assetPath, url]));
}

/**
 * @param kind whose `Cache-Control` it must have: `hashed`, `plain` or `page`. Default: any.
 * @param encoding the `Content-Encoding` it must have. Default: none.
 * @param agent Default: a connection of its own.
 * @returns `url` and `headers`, to send the same request again, and the `bytes` of the body as they are sent.
 */
export async function requireAnswer(url, { kind, headers = {}, encoding, agent = false } = {}) {
  const { status, headers: received, bytes } = await request(url, { headers, agent });
  const cacheControl = (received['cache-control'] ?? '').replaceAll(/, */g, ', ');
  const isExpected = status === 200 && received['content-encoding'] === encoding && (!kind || CACHE_CONTROLS[kind](cacheControl));
  if (isExpected) return { url, headers, bytes };
  throw new Error(`${url}: ${status}, Content-Encoding: ${received['content-encoding']}, Cache-Control: ${cacheControl}`);
}

/** Uses `node:http`, since `fetch` decompresses. */
function request(url, options) {
  return new Promise((resolve, reject) => {
    const sent = http.get(url, options, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
      });
      response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes }));
    });
    sent.once('error', reject);
  });
}
