// Requests per second of one URL. Autocannon runs in a process of its own, so that it does not share a thread with us.
import path from 'node:path';
import { run } from './child-process.mjs';

const CONNECTIONS = 10;

export async function measureLoad(benchDir, url, seconds) {
  const autocannon = path.join(benchDir, 'node_modules', 'autocannon', 'autocannon.js');
  const flags = ['--json', '--connections', String(CONNECTIONS), '--duration', String(seconds)];
  const { stdout } = await run(process.execPath, [autocannon, ...flags, url]);
  const result = JSON.parse(stdout);
  if (result.non2xx || result.errors) throw new Error(`${url}: ${result.non2xx} answers that are no success, ${result.errors} errors`);
  return result.requests.average;
}
