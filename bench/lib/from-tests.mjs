// Loads the parts of the package's own tests, in TypeScript, that the benchmarks use too: a proxy with HTTP/2, as most hosts have
// one, and a browser tab over an emulated connection.
import path from 'node:path';
import { createJiti } from 'jiti';

const load = (name) => createJiti(import.meta.url).import(path.resolve(import.meta.dirname, '../../__tests__/support', name));

export const { startHttp2Proxy, TRUST_FLAG } = await load('http2-proxy.ts');
export const { openThrottledPage } = await load('throttled-page.ts');
