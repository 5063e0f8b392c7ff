// node build-with-missing-assets.mjs SCRIPT: a process that builds the app in its working directory, as far as missing assets are
// concerned. SCRIPT, a function's body, may record some: record(text).
import fs from 'node:fs';
import path from 'node:path';
import { createJiti } from 'jiti';

const { failOnMissingAssets } = await createJiti(import.meta.url, { fsCache: false }).import('../../../src/next/missing-assets.ts');
const project = { buildDir: path.resolve('.next') };
// Next loads a config more than once.
failOnMissingAssets(project);
failOnMissingAssets(project);
const file = process.env.NEXT_SMART_CACHE_MISSING_ASSETS;
new Function('record', process.argv[2])((text) => fs.appendFileSync(file, `${text}\n`));
