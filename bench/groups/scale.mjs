// Measures whether the number of files matters to a server: to its speed, its start, and its memory.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { readHashedUrls, requireAnswer } from '../lib/answers.mjs';
import { writeApp } from '../lib/app.mjs';
import { requireTools } from '../lib/cores.mjs';
import { interleave } from '../lib/interleave.mjs';
import { compareLoads, compareProcesses } from '../lib/load.mjs';
import { readMemory } from '../lib/memory-in-use.mjs';
import { commandsOf } from '../lib/next-server.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { ratioRow } from '../lib/row.mjs';
import { count, megabytes, requestsPerSecond, seconds } from '../lib/units.mjs';

const FILE_COUNTS = [10, 1_000, 10_000, 50_000];
const MANY = 10_000;
const MOST = FILE_COUNTS.at(-1);
const REQUESTED = 5_000;
const ROUNDS = { load: 7, processes: 11, start: 9, memory: 5 };
const SMALL = '/assets/file-0.js';

const NOTES =
  'Apps with files of 5 kB. Requests per second as in *serving*. In turn: each request asks for another file, so most are not in the ' +
  'memory of the server. Start: from the start of the command to the first answer, for a plain file, which comes from Next. ' +
  'Memory: proportional set size of the server (its own pages, and its part of those it shares), after the first answer, and after one ' +
  `request for each of ${count(REQUESTED)} hashed URLs. Both sides of these rows serve the same app.`;

export async function measure({ root, benchDir, workDir, rounds }) {
  await requireTools({ wrk: 'wrk' });
  await installPackedPackage({ root, benchDir, workDir });
  const commands = commandsOf(workDir);
  const folders = {};
  for (const fileCount of FILE_COUNTS) folders[fileCount] = await buildApp(commands, workDir, fileCount, true);
  folders.without = await buildApp(commands, workDir, MANY, false);
  return {
    notes: NOTES,
    rows: [
      ...(await compareFileCounts(commands, folders, workDir, rounds ?? ROUNDS.load)),
      ...(await compareWithout(commands, folders, rounds ?? ROUNDS.processes)),
      await compareStart(commands, folders[MANY], rounds ?? ROUNDS.start),
      ...(await compareMemory(commands, folders[MOST], rounds ?? ROUNDS.memory)),
    ],
  };
}

async function buildApp(commands, workDir, fileCount, withPackage) {
  const folder = path.join(workDir, `${withPackage ? 'with' : 'without'}-${fileCount}`);
  writeApp(folder, { fileCount, withPackage });
  console.error(`  next build: ${path.basename(folder)}`);
  await commands.build(folder);
  return folder;
}

async function compareFileCounts(commands, folders, workDir, rounds) {
  return withServers(async (add) => {
    const requests = {};
    for (const fileCount of FILE_COUNTS) {
      const { origin } = await add(commands.startSmartCache(folders[fileCount]));
      const urls = readHashedUrls(folders[fileCount]);
      requests[fileCount] = await requireAnswer(origin + urls[SMALL], { kind: 'hashed' });
      if (fileCount === MOST) requests.inTurn = { url: origin, script: writeRequestsInTurn(workDir, Object.values(urls)) };
    }
    const samples = await compareLoads(rounds, requests);
    const row = (name, ours, target) => ratioRow({ name, unit: requestsPerSecond, ours, reference: samples[FILE_COUNTS[0]], ...target });
    return [
      ...FILE_COUNTS.slice(1).map((fileCount) =>
        row(`hashed URL: ${count(fileCount)} files against ${FILE_COUNTS[0]}`, samples[fileCount], { atLeast: 0.95 }),
      ),
      row(`hashed URLs in turn: ${count(MOST)} files against one URL of ${FILE_COUNTS[0]}`, samples.inTurn),
    ];
  });
}

/** A script for wrk: https://github.com/wg/wrk/blob/master/SCRIPTING */
function writeRequestsInTurn(workDir, urls) {
  const file = path.join(workDir, 'in-turn.lua');
  fs.writeFileSync(
    file,
    `local paths = { ${urls.map((url) => JSON.stringify(url)).join(', ')} }
local index = 0
function request()
  index = index % #paths + 1
  return wrk.format("GET", paths[index])
end
`,
  );
  return file;
}

async function compareWithout(commands, folders, rounds) {
  const starts = { ours: () => commands.startNext(folders[MANY]), reference: () => commands.startNext(folders.without) };
  const samples = await compareProcesses(rounds, starts, {
    'plain file': (origin) => requireAnswer(origin + SMALL, { kind: 'plain' }),
    page: (origin) => requireAnswer(`${origin}/`, { kind: 'page' }),
  });
  return Object.entries(samples).map(([kind, { ours, reference }]) => {
    const name = `${kind} of next start, with the package against without: ${count(MANY)} files`;
    return ratioRow({ name, unit: requestsPerSecond, ours, reference, atLeast: 0.95 });
  });
}

async function compareStart(commands, folder, rounds) {
  const contender = (startCommand) => async () => {
    const server = await startCommand(folder, { path: SMALL });
    server.stop();
    return server.seconds;
  };
  const samples = await interleave(rounds, { ours: contender(commands.startSmartCache), next: contender(commands.startNext) });
  return ratioRow({
    name: `start, against next start: ${count(MANY)} files`,
    unit: seconds,
    ours: samples.ours,
    reference: samples.next,
    atMostMore: 0.05,
  });
}

async function compareMemory(commands, folder, rounds) {
  const urls = Object.values(readHashedUrls(folder)).slice(0, REQUESTED);
  const afterRequests = { ours: [], next: [] };
  const contender = (name, startCommand) => async () => {
    const server = await startCommand(folder, { path: SMALL });
    try {
      const afterStart = readMemory(server.pid);
      await requestEach(server.origin, urls);
      afterRequests[name].push(readMemory(server.pid));
      return afterStart;
    } finally {
      server.stop();
    }
  };
  const afterStart = await interleave(rounds, {
    ours: contender('ours', commands.startSmartCache),
    next: contender('next', commands.startNext),
  });
  const row = (when, { ours, next }) =>
    ratioRow({
      name: `memory ${when}, against next start: ${count(MOST)} files`,
      unit: megabytes,
      ours,
      reference: next,
      atMostMore: 40e6,
    });
  return [row('after the start', afterStart), row(`after ${count(REQUESTED)} requests`, afterRequests)];
}

async function requestEach(origin, urls) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (const url of urls) await requireAnswer(origin + url, { kind: 'hashed', agent });
  agent.destroy();
}

/** Stops the servers that `use` adds, however it ends. */
async function withServers(use) {
  const servers = [];
  try {
    return await use(async (starting) => {
      const server = await starting;
      servers.push(server);
      return server;
    });
  } finally {
    for (const server of servers) server.stop();
  }
}
