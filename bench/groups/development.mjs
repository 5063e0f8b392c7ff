// How soon an edit is seen under `next dev`, and what watching costs meanwhile.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeApp } from '../lib/app.mjs';
import { launchBrowser } from '../lib/browser.mjs';
import { run } from '../lib/child-process.mjs';
import { writerInto } from '../lib/files.mjs';
import { interleave } from '../lib/interleave.mjs';
import { serve } from '../lib/next-server.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { ratioRow } from '../lib/row.mjs';
import { median } from '../lib/statistics.mjs';
import { percent, seconds } from '../lib/units.mjs';

const FILE_COUNT = 1_000;
const WATCHED_COUNT = 10_000;
const ROUNDS = 15;
const SCREEN_LIMIT_SECONDS = 0.5;
const IDLE_LIMIT = 0.01;

const NOTES =
  'Save to screen: from the write to the first frame in which the page has the new colour; App Router, Turbopack, Chromium. ' +
  'The reference is a stylesheet that the page imports, which Next bundles and updates itself, in the same page. ' +
  'Idle: CPU time of a process that watches, as a share of 20 s of wall time. The reference is a process that only waits.';

export async function measure({ root, benchDir, workDir, rounds = ROUNDS }) {
  await installPackedPackage({ root, benchDir, workDir });
  const screen = await measureScreen(workDir, root, rounds);
  const idle = await measureIdle(workDir, benchDir, Math.min(rounds, 3));
  return { notes: NOTES, rows: [screen, idle] };
}

async function measureScreen(workDir, root, rounds) {
  const folder = path.join(workDir, 'app');
  writeApp(folder, { fileCount: FILE_COUNT, withPackage: true });
  const page = path.join(folder, 'app/page.js');
  const bundled = path.join(folder, 'app/bundled.css');
  fs.writeFileSync(bundled, '');
  fs.writeFileSync(page, `import './bundled.css';\n${fs.readFileSync(page, 'utf8')}`);
  const server = await serve(path.join(workDir, 'node_modules/next/dist/bin/next'), folder, 'dev');
  const browser = await launchBrowser(root);
  try {
    const tab = await browser.newPage();
    // Edits before that are not heard of.
    const isConnected = tab.waitForEvent('console', (message) => message.text().includes('[HMR] connected'));
    await tab.goto(server.origin);
    await isConnected;
    let color = 0;
    const edit = (file, property) => async () => {
      color = (color % 200) + 1;
      const wanted = `rgb(${color}, 0, 0)`;
      const startedAt = performance.now();
      fs.writeFileSync(file, `h1 { ${property}: ${wanted} }\n`);
      const isShown = ([name, value]) => getComputedStyle(document.querySelector('h1')).getPropertyValue(name) === value;
      await tab.waitForFunction(isShown, [property, wanted], { polling: 'raf' });
      const took = (performance.now() - startedAt) / 1000;
      await sleep(200);
      return took;
    };
    const contenders = { ours: edit(path.join(folder, 'public/assets/file-1.css'), 'color'), bundled: edit(bundled, 'background-color') };
    // The first edit compiles what updates need.
    for (const contender of Object.values(contenders)) await contender();
    const samples = await interleave(rounds, contenders);
    const row = ratioRow({
      name: `save to screen, against a stylesheet that Next bundles: ${FILE_COUNT.toLocaleString('en')} files`,
      unit: seconds,
      ours: samples.ours,
      reference: samples.bundled,
    });
    return { ...row, target: `ours < ${seconds(SCREEN_LIMIT_SECONDS)}`, isMet: median(samples.ours) < SCREEN_LIMIT_SECONDS };
  } finally {
    await browser.close();
    server.stop();
  }
}

async function measureIdle(workDir, benchDir, rounds) {
  const folder = path.join(workDir, 'watched');
  const write = writerInto(folder);
  for (let index = 0; index < WATCHED_COUNT; index++) write(`${index % 100}/${index}.txt`, String(index));
  const watcher = path.join(workDir, 'node_modules/next-smart-cache/dist/cjs/pipeline/watcher.js');
  const share = async (...args) => Number((await run(process.execPath, [path.join(benchDir, 'lib/idle-share.mjs'), ...args])).stdout);
  const samples = await interleave(rounds, { ours: () => share(watcher, folder), waiting: () => share() });
  const row = ratioRow({
    name: `idle watcher, share of a core: ${WATCHED_COUNT.toLocaleString('en')} files`,
    unit: percent,
    ours: samples.ours,
    reference: samples.waiting,
  });
  return { ...row, target: `ours < ${percent(IDLE_LIMIT)}`, isMet: Math.max(...samples.ours) < IDLE_LIMIT };
}
