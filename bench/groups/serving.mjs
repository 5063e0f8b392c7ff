// Measures how fast `next-smart-cache start` answers, against the servers that people would use instead.
import fs from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { COMPRESSED, readHashedUrls, requireAnswer } from '../lib/answers.mjs';
import { writeApp } from '../lib/app.mjs';
import { onCore, requireTools } from '../lib/cores.mjs';
import { compareLoads, compareProcesses, LOAD_SECONDS } from '../lib/load.mjs';
import { commandsOf } from '../lib/next-server.mjs';
import { startNginx } from '../lib/nginx.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { copyRealFiles, REAL_FILES, SCRIPT } from '../lib/real-files.mjs';
import { ratioRow } from '../lib/row.mjs';
import { startServer } from '../lib/server.mjs';
import { bytesInFull, requestsPerSecond } from '../lib/units.mjs';

const ROUNDS = 7;
/** More rounds where the target is near 1, since noise weighs more there. */
const ROUNDS_NEAR_ONE = 11;
const FILE_COUNT = 10;
const SMALL = '/assets/file-0.js';

const NOTES =
  'Requests per second, 32 connections, `wrk` on one core, the server on the other. All servers are started and warmed up first; ' +
  `then each round loads one after the other for ${LOAD_SECONDS} s. In the rows of the same app, each round starts both servers anew, ` +
  'since two processes of one program differ by up to 6 %, and each process answers all four kinds of request. ' +
  'The small file has 5 kB; the script is `katex.min.js` with 273 kB. ' +
  'Next renders the page and the answer of the API route for every request (`force-dynamic`). nginx has the configuration that ' +
  '`next-smart-cache nginx` prints, one worker, and no log. sirv runs in a bare Node server, with a `.br` file beside the script. ' +
  'Bytes: the bodies that a browser gets with `Accept-Encoding: br, gzip`.';

export async function measure({ root, benchDir, workDir, rounds }) {
  await requireTools({ wrk: 'wrk', nginx: 'nginx' });
  await installPackedPackage({ root, benchDir, workDir });
  const commands = commandsOf(workDir);
  const [withPackage, without] = ['with', 'without'].map((name) => path.join(workDir, name));
  const { origins, urls, stop } = await startServers(benchDir, workDir, commands, { withPackage, without });
  const rows = [];
  try {
    rows.push(...(await compareSmallFile(origins, urls, rounds ?? ROUNDS)));
    rows.push(...(await compareScript(origins, urls, rounds ?? ROUNDS)));
    rows.push(...(await compareBytes(origins, urls)));
  } finally {
    stop();
  }
  rows.push(...(await compareSameApp(commands, withPackage, urls, rounds ?? ROUNDS_NEAR_ONE)));
  return { notes: NOTES, rows };
}

async function startServers(benchDir, workDir, commands, { withPackage, without }) {
  for (const folder of [withPackage, without]) {
    copyRealFiles(benchDir, path.join(folder, 'public'));
    writeApp(folder, { fileCount: FILE_COUNT, withPackage: folder === withPackage, options: { precompress: true } });
    console.error(`  next build: ${path.basename(folder)} the package`);
    await commands.build(folder);
  }
  const urls = readHashedUrls(withPackage);
  const servers = {};
  const stop = () => {
    for (const server of Object.values(servers)) server.stop();
  };
  try {
    servers.ours = await commands.startSmartCache(withPackage);
    servers.next = await commands.startNext(without);
    servers.nextWithPackage = await commands.startNext(withPackage);
    const configuration = await commands.printNginx(withPackage);
    servers.nginx = await startNginx(path.join(workDir, 'nginx'), configuration, { path: urls[SMALL] });
    servers.sirv = await startSirv(benchDir, path.join(without, 'public'));
  } catch (error) {
    stop();
    throw error;
  }
  return { origins: Object.fromEntries(Object.entries(servers).map(([name, { origin }]) => [name, origin])), urls, stop };
}

function startSirv(benchDir, folder) {
  const script = path.join(folder, SCRIPT);
  fs.writeFileSync(`${script}.br`, brotliCompressSync(fs.readFileSync(script)));
  const command = [process.execPath, path.join(benchDir, 'references/sirv.mjs'), folder];
  return startServer((port) => onCore('server', [...command, String(port)]), { path: SMALL });
}

async function compareSmallFile(origins, urls, rounds) {
  const hashed = (server) => requireAnswer(origins[server] + urls[SMALL], { kind: 'hashed' });
  const samples = await compareLoads(rounds, {
    ours: await hashed('ours'),
    next: await requireAnswer(origins.next + SMALL, { kind: 'plain' }),
    nginx: await hashed('nginx'),
    sirv: await requireAnswer(origins.sirv + SMALL, { kind: 'hashed' }),
    nextHashed: await hashed('nextWithPackage'),
  });
  return [
    rateRow('hashed URL, 5 kB, against a plain file of next start', samples.ours, samples.next, { atLeast: 10 }),
    rateRow('hashed URL, 5 kB, against nginx', samples.ours, samples.nginx, { atLeast: 0.5 }),
    rateRow('hashed URL, 5 kB, against sirv', samples.ours, samples.sirv),
    rateRow('hashed URL, 5 kB, through next start, against a plain file of next start', samples.nextHashed, samples.next, {
      atLeast: 0.68,
    }),
  ];
}

async function compareScript(origins, urls, rounds) {
  const answer = (server, scriptPath, kind, encoding) =>
    requireAnswer(origins[server] + scriptPath, { kind, encoding, headers: COMPRESSED });
  const contenders = {
    ours: await answer('ours', urls[SCRIPT], 'hashed', 'br'),
    next: await answer('next', SCRIPT, 'plain', 'gzip'),
    sirv: await answer('sirv', SCRIPT, 'hashed', 'br'),
  };
  const samples = await compareLoads(rounds, contenders);
  return [
    rateRow('script, 273 kB, br, against next start with gzip', samples.ours, samples.next, { atLeast: 20 }),
    rateRow('script, 273 kB, br, against sirv with br', samples.ours, samples.sirv),
  ];
}

/** Bytes do not vary, so they are counted once. */
async function compareBytes(origins, urls) {
  const sum = async (assetPaths, urlOf, encoding) => {
    let total = 0;
    for (const assetPath of assetPaths) total += (await requireAnswer(urlOf(assetPath), { headers: COMPRESSED, encoding })).bytes;
    return total;
  };
  const rowFor = async (name, assetPaths, target) => {
    const ours = await sum(assetPaths, (assetPath) => origins.ours + urls[assetPath], 'br');
    const reference = await sum(assetPaths, (assetPath) => origins.next + assetPath, 'gzip');
    return ratioRow({
      name: `bytes, br against the gzip of next start: ${name}`,
      unit: bytesInFull,
      ours: [ours],
      reference: [reference],
      ...target,
    });
  };
  const rows = [];
  for (const [name, assetPaths] of Object.entries(REAL_FILES)) rows.push(await rowFor(name, assetPaths));
  return [...rows, await rowFor('all three', Object.values(REAL_FILES).flat(), { atMost: 0.88 })];
}

/** All but the first are requests that `next-smart-cache start` passes on to Next. */
async function compareSameApp(commands, folder, urls, rounds) {
  const starts = { ours: () => commands.startSmartCache(folder), next: () => commands.startNext(folder) };
  const samples = await compareProcesses(rounds, starts, {
    'hashed URL, 5 kB': (origin) => requireAnswer(origin + urls[SMALL], { kind: 'hashed' }),
    page: (origin) => requireAnswer(`${origin}/`, { kind: 'page' }),
    'plain file': (origin) => requireAnswer(origin + SMALL, { kind: 'plain' }),
    'API route': (origin) => requireAnswer(`${origin}/api`),
  });
  return Object.entries(samples).map(([kind, { ours, next }]) =>
    rateRow(`${kind}, against next start, same app`, ours, next, kind.startsWith('hashed') ? {} : { atLeast: 0.97 }),
  );
}

function rateRow(name, ours, reference, target) {
  return ratioRow({ name, unit: requestsPerSecond, ours, reference, ...target });
}
