// node build-until-killed.mjs CACHE ROOT METHOD COUNT: builds an app, and is killed in the midst of the COUNTth call of fs.METHOD.
import fs from 'node:fs';
import { createJiti } from 'jiti';

const [fsCache, root, method, count] = process.argv.slice(2);
const jiti = createJiti(import.meta.url, { fsCache });
const { buildManifest } = await jiti.import('../../../src/pipeline/build-manifest.ts');
const { resolveProject } = await jiti.import('../../../src/pipeline/project.ts');

const original = fs[method];
let calls = 0;
fs[method] = (...args) => {
  if (++calls < Number(count)) return original(...args);
  const [target, content] = args;
  // A write stores half of the bytes; a rename does nothing.
  if (method !== 'renameSync') original(target, content.slice(0, Math.floor(content.length / 2)));
  process.kill(process.pid, 'SIGKILL');
};
buildManifest(resolveProject({ root }));
