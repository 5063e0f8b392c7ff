import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import type { Encoding } from '../../../src/core/content-types';
import { nameInStore } from '../../../src/core/handled-files';
import type { AppHeaders } from '../../../src/core/site-rules';
import { type Variants, variantFile } from '../../../src/pipeline/encoded/variant-file';
import { type ServerDocument, writeServerDocument } from '../../../src/pipeline/server-document';
import { createStoreHandler, type StoreHandlerOptions } from '../../../src/server/store-handler';
import { type Answer, request } from '../../support/http';
import { serveInProcess } from '../../support/node-server';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

interface BuiltFile {
  bytes: string | Buffer;
  headers?: AppHeaders;
  variants?: Partial<Record<Encoding, Buffer>>;
}

/** The files that `next build` leaves for the server, made without a build. */
export interface ServedBuild {
  dir: string;
  distDir: string;
  fileOf(url: string): string;
  variantOf(url: string, encoding: Encoding): string;
}

export const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** @param files by URL. */
export function servedBuild(
  files: Readonly<Record<string, BuiltFile>>,
  settings: Partial<Omit<ServerDocument, 'version' | 'files' | 'headerSets'>> = {},
): ServedBuild {
  const dir = temporaryFolder();
  const distDir = path.join(dir, '.next');
  const variantOf = (url: string, encoding: Encoding) =>
    variantFile(path.join(distDir, 'cache/next-smart-cache'), sha256(files[url]?.bytes ?? ''), encoding);
  const fileOf = (url: string) => path.join(distDir, 'static', nameInStore(url));
  const document = { buildId: 'id', prefixes: { basePath: '', assetPrefix: '' }, compress: true, ...settings };
  const headerSets: AppHeaders[] = [];
  const entries: ServerDocument['files'] = {};
  for (const [url, { bytes, headers = [], variants = {} }] of Object.entries(files)) {
    writeFiles('/', { [fileOf(url)]: bytes });
    const described: Variants = {};
    for (const [encoding, encoded] of Object.entries(variants) as [Encoding, Buffer][]) {
      writeFiles('/', { [variantOf(url, encoding)]: encoded });
      described[encoding] = { size: encoded.length, sha256: sha256(encoded) };
    }
    entries[url] = [sha256(bytes), Buffer.byteLength(bytes), headerSets.push(headers) - 1, described];
  }
  fs.writeFileSync(path.join(distDir, 'BUILD_ID'), document.buildId);
  writeServerDocument(distDir, { ...document, headerSets, files: entries });
  return { dir, distDir, fileOf, variantOf };
}

const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.splice(0).map((stop) => stop())));

/** Sends a request to the handler. A request that it leaves alone gets the status 299. */
export type Get = (url: string, headers?: Record<string, string>, method?: string) => Promise<Answer>;

export async function serveBuild(
  { dir }: ServedBuild,
  options: StoreHandlerOptions = {},
): Promise<{ get: Get; origin: string; responses: ServerResponse[] }> {
  const handle = createStoreHandler({ dir, ...options });
  const responses: ServerResponse[] = [];
  const { origin, stop } = await serveInProcess((incoming, response) => {
    responses.push(response);
    handle(incoming, response, () => response.writeHead(299, { untouched: String(response.getHeaderNames().length === 0) }).end());
  });
  stops.push(stop);
  return { origin, responses, get: (url, headers = {}, method = 'GET') => request(origin, url, { headers, method }) };
}

export const LEFT = 299;
