// Whether a site is served as fast with the package as without it, and whether the number of files matters.
import path from 'node:path';
import { writeApp } from '../lib/app.mjs';
import { run } from '../lib/child-process.mjs';
import { interleave } from '../lib/interleave.mjs';
import { measureLoad } from '../lib/load.mjs';
import { serve } from '../lib/next-server.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { ratioRow } from '../lib/row.mjs';
import { pairwiseRatios } from '../lib/statistics.mjs';
import { ratio, requestsPerSecond } from '../lib/units.mjs';

const FILE_COUNTS = [10, 1_000, 10_000];
const ROUNDS = 5;
const SECONDS = 4;
const WARM_UP_SECONDS = 3;

const NOTES =
  'Requests per second of `next start` after `next build`, 10 connections, autocannon on the other core. ' +
  `All servers are started and warmed up first; then each round loads one after the other for ${SECONDS} s. ` +
  'Next renders the page for every request (`force-dynamic`). The page loads a stylesheet, a script and three images.';

export async function measure({ root, benchDir, workDir, rounds = ROUNDS }) {
  await installPackedPackage({ root, benchDir, workDir });
  const servers = {};
  for (const fileCount of FILE_COUNTS) {
    for (const withPackage of [true, false]) {
      console.error(`  next build: ${fileCount} files, ${withPackage ? 'with' : 'without'} the package`);
      const folder = path.join(workDir, `${withPackage ? 'with' : 'without'}-${fileCount}`);
      writeApp(folder, { fileCount, withPackage });
      await run(process.execPath, [nextBin(workDir), 'build'], { cwd: folder, env: { NEXT_TELEMETRY_DISABLED: '1' } });
      servers[key(withPackage, fileCount)] = await serve(nextBin(workDir), folder);
    }
  }
  try {
    return { notes: NOTES, rows: await compare(benchDir, servers, rounds) };
  } finally {
    for (const server of Object.values(servers)) server.stop();
  }
}

async function compare(benchDir, servers, rounds) {
  const contenders = {};
  for (const [name, server] of Object.entries(servers)) {
    const urls = await findUrls(server, name.startsWith('with '));
    for (const [kind, url] of Object.entries(urls))
      contenders[`${kind} ${name}`] = (seconds = SECONDS) => measureLoad(benchDir, url, seconds);
  }
  for (const warmUp of Object.values(contenders)) await warmUp(WARM_UP_SECONDS);
  // Kind by kind, so that what is compared is measured next to each other.
  const samples = {};
  for (const names of [byKind(contenders, 'page'), byKind(contenders, 'plain', 'hashed')]) {
    Object.assign(samples, await interleave(rounds, Object.fromEntries(names.map((name) => [name, () => contenders[name]()]))));
  }
  return [
    ...FILE_COUNTS.map((fileCount) => withAgainstWithout('plain file', 'plain', fileCount, samples)),
    trend('plain file', 'plain', samples),
    ...FILE_COUNTS.map((fileCount) => withAgainstWithout('page', 'page', fileCount, samples)),
    trend('page', 'page', samples),
    ...FILE_COUNTS.map((fileCount) =>
      ratioRow({
        name: `hashed URL against the plain one: ${inWords(fileCount)}`,
        unit: requestsPerSecond,
        ours: samples[`hashed ${key(true, fileCount)}`],
        reference: samples[`plain ${key(true, fileCount)}`],
        atLeast: 0.68,
      }),
    ),
  ];
}

function withAgainstWithout(label, kind, fileCount, samples) {
  return ratioRow({
    name: `${label}, with against without: ${inWords(fileCount)}`,
    unit: requestsPerSecond,
    ours: samples[`${kind} ${key(true, fileCount)}`],
    reference: samples[`${kind} ${key(false, fileCount)}`],
    atLeast: 0.95,
  });
}

/** Whether the ratio falls as files are added: the ratio with most files against the ratio with fewest. */
function trend(label, kind, samples) {
  const ratiosAt = (fileCount) => pairwiseRatios(samples[`${kind} ${key(true, fileCount)}`], samples[`${kind} ${key(false, fileCount)}`]);
  return ratioRow({
    name: `${label}, no trend: that ratio at ${inWords(FILE_COUNTS.at(-1))} against it at ${FILE_COUNTS[0]}`,
    unit: ratio,
    ours: ratiosAt(FILE_COUNTS.at(-1)),
    reference: ratiosAt(FILE_COUNTS[0]),
    atLeast: 0.95,
  });
}

/** What to load on a server, with a look at each answer first: a fast wrong one would be worth nothing. */
async function findUrls(server, withPackage) {
  const page = `${server.origin}/`;
  const html = await fetchText(page, (cacheControl) => cacheControl.includes('no-store'));
  const plain = `${server.origin}/assets/file-0.js`;
  await fetchText(plain, (cacheControl) => cacheControl === 'public, max-age=0');
  if (!withPackage) return { page, plain };
  const hashedPath = /\/assets\/file-0\.[0-9a-f]{10}\.js/.exec(html)?.[0];
  if (hashedPath === undefined) throw new Error(`${page} links no hashed URL:\n${html}`);
  const hashed = server.origin + hashedPath;
  await fetchText(hashed, (cacheControl) => cacheControl === 'public, max-age=31536000, immutable');
  return { page, plain, hashed };
}

async function fetchText(url, isExpected) {
  const response = await fetch(url);
  const cacheControl = response.headers.get('cache-control') ?? '';
  if (!response.ok || !isExpected(cacheControl)) throw new Error(`${url}: ${response.status}, Cache-Control: ${cacheControl}`);
  return response.text();
}

function byKind(contenders, ...kinds) {
  return Object.keys(contenders).filter((name) => kinds.some((kind) => name.startsWith(`${kind} `)));
}

function key(withPackage, fileCount) {
  return `${withPackage ? 'with' : 'without'} ${fileCount}`;
}

function inWords(fileCount) {
  return `${fileCount.toLocaleString('en')} files`;
}

function nextBin(workDir) {
  return path.join(workDir, 'node_modules', 'next', 'dist', 'bin', 'next');
}
