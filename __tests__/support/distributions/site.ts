import fs from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { launchBrowser } from '../browser';
import { createApp, type NextApp } from '../next-app';
import type { NodeServer } from '../node-server';
import { type RecordingProxy, startProxy } from '../proxy';
import { copyDistributions } from './copy-distributions';
import type { DistributionPage, Edit } from './pages';
import { type Visit, visit } from './visit';

/** The fixture `distributions`, built, served and seen through a proxy. */
export interface DistributionSite {
  proxy: RecordingProxy;
  /** The current entries of the manifest, by asset path. */
  manifest(): Readonly<Record<string, { url: string; hash: string }>>;
  urlOf(assetPath: string): string;
  /** The file as it lies in `public/`. */
  original(assetPath: string): Buffer;
  /** The first visit of a browser that sees each page before anything changes; made once. */
  firstVisit(page: DistributionPage): Promise<Visit>;
  /** Another visit of the same browser. */
  repeatVisit(page: DistributionPage): Promise<Visit>;
  /** Another browser's visit of the same page, with the tags that one writes without the package. */
  plainVisit(page: DistributionPage, options?: { without?: RegExp }): Promise<Visit>;
  /** Uses a browser with an empty cache. */
  inNewContext<T>(act: (context: BrowserContext) => Promise<T>, options?: BrowserContextOptions): Promise<T>;
  /** Edits files, builds again and restarts the server. */
  redeploy(edits: readonly Pick<Edit, 'assetPath' | 'by'>[]): Promise<void>;
  close(): Promise<void>;
}

const VIEWPORT = { width: 640, height: 480 };

export async function openDistributionSite(options: { importMap: boolean }): Promise<DistributionSite> {
  const app = createApp('distributions', { env: { IMPORT_MAP: options.importMap ? 'yes' : 'no' } });
  let server: NodeServer;
  let proxy: RecordingProxy;
  let browser: Browser;
  try {
    copyDistributions(app);
    app.build();
    server = await app.start();
    proxy = await startProxy(() => server.origin);
    browser = await launchBrowser();
  } catch (error) {
    await app.dispose();
    throw error;
  }
  const [warm, other] = [await browser.newContext({ viewport: VIEWPORT }), await browser.newContext({ viewport: VIEWPORT })];
  const firstVisits = new Map<string, Promise<Visit>>();
  let manifest = readManifest(app);
  const original = (assetPath: string) => fs.readFileSync(path.join(app.dir, 'public', assetPath));

  const site: DistributionSite = {
    proxy,
    manifest: () => manifest,
    urlOf: (assetPath) => manifest[assetPath]?.url ?? `${assetPath} has no URL`,
    original,
    firstVisit(page) {
      const made = firstVisits.get(page.name) ?? site.repeatVisit(page);
      firstVisits.set(page.name, made);
      return made;
    },
    repeatVisit: ({ name, shows }) => visit(warm, proxy, `/hashed/${name}`, { shows }),
    plainVisit: ({ name, shows }, { without } = {}) => visit(other, proxy, `/plain/${name}`, without ? { without } : { shows }),
    async inNewContext(act, contextOptions = {}) {
      const context = await browser.newContext({ viewport: VIEWPORT, ...contextOptions });
      try {
        return await act(context);
      } finally {
        await context.close();
      }
    },
    async redeploy(edits) {
      await server.stop();
      for (const { assetPath, by } of edits) {
        const content = 'copyOf' in by ? original(by.copyOf) : Buffer.concat([original(assetPath), Buffer.from(by.adding)]);
        app.write(`public${assetPath}`, content);
      }
      app.build();
      manifest = readManifest(app);
      server = await app.start();
    },
    async close() {
      await browser.close();
      await proxy.close();
      await app.dispose();
    },
  };
  return site;
}

function readManifest(app: NextApp): ReturnType<DistributionSite['manifest']> {
  return (JSON.parse(app.read('.smart-cache/manifest.json')) as { assets: ReturnType<DistributionSite['manifest']> }).assets;
}
