// HTTP/2 in front of a server, as most hosts have it. The package's own tests have the proxy, in TypeScript.
import path from 'node:path';
import { createJiti } from 'jiti';

const tests = path.resolve(import.meta.dirname, '../../__tests__/support/http2-proxy.ts');

export const { startHttp2Proxy, TRUST_FLAG } = await createJiti(import.meta.url).import(tests);
