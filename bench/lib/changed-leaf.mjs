// Measures in a running process, like the dev server, a build after a change and one after none, in turns.
// Usage: node changed-leaf.mjs <dist/cjs/build.js> <app's folder> <file to change> <rounds>; prints the seconds as JSON.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { interleave } from './interleave.mjs';

const [api, cwd, file, rounds] = process.argv.slice(2);
const { build } = createRequire(import.meta.url)(api);
let count = 0;

await build({ cwd });
const samples = await interleave(Number(rounds), {
  async changed() {
    fs.appendFileSync(file, `// ${process.pid} ${count++}\n`);
    // No editor is followed by a build within the clock's grain.
    await sleep(50);
    return timed(1);
  },
  unchanged: () => timed(0),
});
console.log(JSON.stringify(samples));

async function timed(filesRead) {
  const startedAt = performance.now();
  const result = await build({ cwd });
  const seconds = (performance.now() - startedAt) / 1000;
  if (result.filesRead !== filesRead) throw new Error(`${result.filesRead} files were read instead of ${filesRead}`);
  return seconds;
}
