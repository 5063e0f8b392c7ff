// The share of a core that a process takes which watches a folder, or only waits.
// Usage: node idle-share.mjs [dist/cjs/pipeline/watcher.js FOLDER]; prints a number from 0 to 1.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const SECONDS = 20;

const [module, folder] = process.argv.slice(2);
if (module) await createRequire(import.meta.url)(module).watchPublicFolder(folder, () => {}).ready;
await sleep(2_000);
const [startedAt, before] = [performance.now(), process.cpuUsage()];
await sleep(SECONDS * 1000);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000 / (performance.now() - startedAt));
process.exit();
