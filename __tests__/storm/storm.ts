import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { NodeServer } from '../support/node-server';
import { requestPaths } from '../support/request-paths';
import { type Audit, createAudit } from './audit';
import { type Balancer, startBalancer } from './balancer';
import { type Browser, createBrowser, type Refresh } from './browser';
import { startNginx, startVarnish } from './proxy-caches';
import { createRandom, type Random } from './random';
import type { SiteVersion } from './site-versions';

export interface StormSettings {
  /** The storm ends after this time, or later if it is not conclusive yet. */
  seconds: number;
  /** A conclusive storm ends earlier when so many requests were made. */
  maxRequests: number;
  /** Whether the storm has done and found enough to prove something. */
  isConclusive: (audit: Audit) => boolean;
  seed: number;
  /** The folder for configurations and caches of the proxies. It must exist. */
  folder: string;
  signal: AbortSignal;
}

const CLIENTS = 30;

/** A storm that is not conclusive ends after so many times its `seconds`: a busy machine makes few requests. */
const MAX_OVERTIME = 10;

/** Swaps, rolls back and kills versions of a site while browsers load its pages through caches. */
export async function runStorm(versions: readonly SiteVersion[], settings: StormSettings): Promise<Audit> {
  const { folder, seed, signal } = settings;
  const random = createRandom(seed);
  const audit = createAudit(versions);
  const deployment = createDeployment(versions, random);
  const stops: (() => Promise<void>)[] = [() => deployment.stop()];
  try {
    const balancer = await startBalancer(
      () => random.pick(deployment.ports()),
      () => random.chance(0.3),
    );
    stops.push(() => balancer.close());
    await deployment.start();
    const origins: Record<string, string> = { 'no cache': `http://127.0.0.1:${balancer.port}` };
    for (const [name, start] of [
      ['nginx', startNginx],
      ['Varnish', startVarnish],
    ] as const) {
      const cache = await start(balancer.port, path.join(folder, name));
      stops.push(() => cache.stop());
      origins[name] = cache.origin;
    }
    // Before the clock starts: this takes seconds.
    const probes = fc.sample(requestPaths([...new Set(versions.flatMap(({ issued }) => [...issued.keys()]))]), { seed, numRuns: 5_000 });
    const begunAt = performance.now();
    const isOver = () => {
      const seconds = (performance.now() - begunAt) / 1_000;
      if (signal.aborted || seconds > MAX_OVERTIME * settings.seconds) return true;
      const isDue = seconds > settings.seconds || audit.figures.requests >= settings.maxRequests;
      return isDue && settings.isConclusive(audit);
    };
    await Promise.all([
      deployment.keepSwapping(balancer, audit, isOver),
      ...Array.from({ length: CLIENTS }, (_, index) => {
        const [via, origin] = Object.entries(origins)[index % 3] as [string, string];
        return visit(createBrowser(origin), { via, audit, random: createRandom(seed + index + 1), probes, isOver });
      }),
    ]);
    return audit;
  } finally {
    await Promise.all(stops.map((stop) => stop()));
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Deployment {
  ports(): number[];
  start(): Promise<void>;
  keepSwapping(balancer: Balancer, audit: Audit, isOver: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** One server, or two while a deploy is rolled out. */
function createDeployment(versions: readonly SiteVersion[], random: Random): Deployment {
  let running: { index: number; server: NodeServer }[] = [];
  const portOf = ({ server }: { server: NodeServer }) => Number(new URL(server.origin).port);
  const add = async (index: number) => {
    const version = versions[index] as SiteVersion;
    running = [...running, { index, server: await version.start() }];
  };
  return {
    ports: () => running.map(portOf),
    start: () => add(0),
    async keepSwapping(balancer, audit, isOver) {
      while (!isOver()) {
        const [old] = running;
        if (old === undefined) return;
        // Forward as a rule; back to the version before; or the same version again, after a crash.
        const step = random.pick([1, 1, 1, 2, 2, 0]);
        await add((old.index + step) % versions.length);
        await sleep(300 + random.below(1_000));
        const deadline = Date.now() + 1_000;
        while (balancer.answersOnTheirWay(portOf(old)) === 0 && Date.now() < deadline) await sleep(2);
        running = running.filter((server) => server !== old);
        if (balancer.cut(portOf(old)) > 0) audit.figures.kills++;
        await old.server.stop();
        if (step > 0) audit.figures.swaps++;
        await sleep(random.below(1_000));
      }
    },
    stop: async () => {
      await Promise.all(running.map(({ server }) => server.stop()));
    },
  };
}

interface Visit {
  via: string;
  audit: Audit;
  random: Random;
  /** Request paths that no page links. */
  probes: readonly string[];
  isOver: () => boolean;
}

async function visit(browser: Browser, { via, audit, random, probes, isOver }: Visit): Promise<void> {
  /** Loads and judges one URL; returns the text if a page can use it. */
  const get = async (url: string, refresh: Refresh): Promise<string | undefined> => {
    try {
      const loaded = await browser.load(url, refresh);
      if (loaded.source !== 'browser cache') audit.figures.requests++;
      return audit.judge(url, loaded, via) ? loaded.body.toString('latin1') : undefined;
    } catch {
      // The connection ended, or the body was incomplete: nothing that a browser would use or keep.
      audit.figures.requests++;
      audit.figures['cut or 5xx']++;
      return undefined;
    }
  };
  while (!isOver()) {
    if (random.chance(0.05)) browser.clearCache();
    const refresh: Refresh = random.chance(0.8) ? 'none' : random.pick(['reload', 'hard-reload']);
    const isWhole = await loadPage(random.pick(['/', '/', '/about']), (url) => get(url, refresh));
    audit.figures.pages++;
    if (!isWhole) audit.figures['broken pages']++;
    for (let count = random.below(4); count > 0 && !isOver(); count--) await get(random.pick(probes), random.pick(['none', 'reload']));
    await sleep(random.below(100));
  }
}

/** Loads a page with all that it links, and all that its stylesheets link; returns whether all could be used. */
async function loadPage(url: string, get: (url: string) => Promise<string | undefined>): Promise<boolean> {
  const html = await get(url);
  if (html === undefined) return false;
  const attributes = [...html.matchAll(/\s(?:src|href|srcset)="([^"]+)"/gi)].map(([, value = '']) => value.replaceAll('&amp;', '&'));
  // The first candidate of a srcset. Files of Next's own are not what is tested.
  const links = attributes
    .map((value) => value.split(/,? /)[0] ?? '')
    .filter((link) => /^\/(?!_next\/static\/(?!media\/smart-cache))/.test(link));
  if (links.length === 0) return false;
  const assets = await Promise.all([...new Set(links)].map(async (link) => ({ link, text: await get(link) })));
  const sheets = assets.filter(({ link }) => /\.css(\?|$)/.test(link));
  const linked = sheets.flatMap(({ link, text }) =>
    [...(text ?? '').matchAll(/url\("?([^")]+)"?\)/g)].map(([, reference = '']) => {
      const { pathname, search } = new URL(reference, `http://localhost${link}`);
      return pathname + search;
    }),
  );
  const images = await Promise.all([...new Set(linked)].map(get));
  return [...assets.map(({ text }) => text), ...images].every((text) => text !== undefined);
}
