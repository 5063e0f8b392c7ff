// Measures how long a visitor waits, and what the browser downloads: first visit, repeat visit, and visit after a deploy that changed one file.
import path from 'node:path';
import { launchBrowser } from '../lib/browser.mjs';
import { requireTools } from '../lib/cores.mjs';
import { startHttp2Proxy, TRUST_FLAG } from '../lib/from-tests.mjs';
import { commandsOf } from '../lib/next-server.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { ratioRow } from '../lib/row.mjs';
import { count, kilobytes, seconds } from '../lib/units.mjs';
import { CONNECTION, visit } from '../lib/visit.mjs';
import { ASSET_COUNT, changeOneFile, WAYS, writeVisitedSite } from '../lib/visited-site.mjs';

const ROUNDS = 5;
const VISITS = ['first', 'repeat', 'deploy'];
const REFERENCES = { plain: 'plain public/', query: '?v=BUILD', imports: 'static imports' };
const FIGURES = { time: seconds, requests: count, bytes: kilobytes };
/** The targets, by figure and visit. The other rows have none. */
const TARGETS = { time: { first: { atMost: 1 } }, requests: { repeat: { exactly: 0 }, deploy: { exactly: 1 } } };

const NOTES =
  `A page with ${ASSET_COUNT} assets of Bootstrap, KaTeX and Font Awesome: 4 stylesheets, 6 scripts, 12 fonts and 38 images. Chromium, with a ` +
  `round trip of ${CONNECTION.latency} ms and ${CONNECTION.megabits} Mbit/s, which its DevTools emulate; HTTP/2, through a proxy in front of ` +
  'each server. Time: from the navigation to the last byte of the last file. Requests: those that reach the server besides the page itself. ' +
  'Bytes: all that the browser receives, the page included. Ours is `next-smart-cache start` with `precompress: true`; the others are ' +
  '`next start` of the same page without the package: with plain paths; with `?v=BUILD` after each path in the page and a header rule ' +
  'that makes such URLs immutable; and with images, stylesheets and scripts imported, so that Next bundles them. Deploy: a rule was added ' +
  'to the stylesheet of Bootstrap, and all sites were built again.';

export async function measure({ root, benchDir, workDir, rounds = ROUNDS }) {
  await requireTools({});
  await installPackedPackage({ root, benchDir, workDir });
  const sites = WAYS.map((way) => ({ way, folder: path.join(workDir, way) }));
  const browser = await launchBrowser(root, [TRUST_FLAG]);
  try {
    for (const site of sites) {
      writeVisitedSite(benchDir, site.folder, site.way);
      site.proxy = await startHttp2Proxy(() => site.server.origin);
    }
    const samples = Object.fromEntries(VISITS.map((kind) => [kind, Object.fromEntries(WAYS.map((way) => [way, []]))]));
    await deploy(sites, workDir, 1);
    await visitAll(sites, await openProfiles(browser, sites, 1), ['warm-up'], {});
    const profiles = await openProfiles(browser, sites, rounds);
    await visitAll(sites, profiles, ['first', 'repeat'], samples);
    for (const { folder, way } of sites) changeOneFile(folder, way);
    await deploy(sites, workDir, 2);
    await visitAll(sites, profiles, ['deploy'], samples);
    return { notes: NOTES, rows: rowsOf(samples) };
  } finally {
    await browser.close();
    for (const { server, proxy } of sites) {
      await proxy?.close();
      server?.stop();
    }
  }
}

/** Builds all sites, and starts their servers in place of those of the last deploy. */
async function deploy(sites, workDir, number) {
  const commands = commandsOf(workDir);
  for (const site of sites) {
    console.error(`  next build: ${site.way}, deploy ${number}`);
    site.server?.stop();
    await commands.build(site.folder, { BUILD: String(number) });
    site.server = await (site.way === 'ours' ? commands.startSmartCache : commands.startNext)(site.folder);
  }
}

/** A profile is a browser's cache: one for each site and round. */
function openProfiles(browser, sites, rounds) {
  return Promise.all(Array.from({ length: rounds }, () => Promise.all(sites.map(() => browser.newContext()))));
}

async function visitAll(sites, profiles, kinds, samples) {
  for (const [round, ofSites] of profiles.entries()) {
    for (const index of sites.keys()) {
      // No site always comes first.
      const next = (index + round) % sites.length;
      for (const kind of kinds) samples[kind]?.[sites[next].way].push(await visit(ofSites[next], sites[next].proxy));
    }
    console.error(`  ${kinds.join(', ')}: round ${round + 1} of ${profiles.length}`);
  }
}

function rowsOf(samples) {
  const rows = [];
  for (const [figure, unit] of Object.entries(FIGURES)) {
    for (const kind of VISITS) {
      for (const [way, label] of Object.entries(REFERENCES)) {
        const [ours, reference] = ['ours', way].map((site) => samples[kind][site].map((sample) => sample[figure]));
        // The targets of time compare with plain paths; those of requests are about ours alone.
        const target = figure === 'time' && way !== 'plain' ? undefined : TARGETS[figure]?.[kind];
        rows.push(ratioRow({ name: `${kind} visit, ${figure}, against ${label}`, unit, ours, reference, ...target }));
      }
    }
  }
  return rows;
}
