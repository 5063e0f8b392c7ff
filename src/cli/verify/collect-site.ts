import type { OnProgress } from '../../core/on-progress.js';
import { isHtml } from './answer.js';
import type { Ask } from './ask.js';
import { forbidsSharedReuse } from './cache-headers.js';
import { collectAsset } from './collect-asset.js';
import { collectPage, MAX_PAGE_BYTES } from './collect-page.js';
import { findLinkedFiles, type LinkedFile } from './linked-files.js';
import type { AssetEvidence, NotAsked, PageEvidence, SiteEvidence } from './site-evidence.js';
import { hashOf, imageInside, kindOf } from './url-kind.js';

export interface CollectOptions {
  ask: Ask;
  /** How many files are looked at. */
  maxAssets: number;
  /** Bytes of one file. */
  maxSize: number;
  /** Called after every file. */
  onProgress?: OnProgress | undefined;
}

const CONCURRENCY = 6;

/** Asks a site for a page and all that it leads to. Judges nothing. */
export async function collectSite(target: URL, options: CollectOptions): Promise<SiteEvidence> {
  const found = await collectPage(target, options.ask);
  const html = isHtml(found.answer) ? found.answer.body?.bytes?.toString('utf8') : undefined;
  const links = html === undefined ? [] : findLinkedFiles(html, found.url.href);
  const { assets, notAsked } = await collectAssets(links, found.url.origin, options);
  return { page: await askAgain(found, assets, options.ask), assets, notAsked };
}

async function collectAssets(links: readonly LinkedFile[], origin: string, options: CollectOptions) {
  const seen = new Set<string>();
  const assets: AssetEvidence[] = [];
  const notAsked: NotAsked = { framework: 0, elsewhere: 0, beyondLimit: 0 };
  let asked = 0;
  let done = 0;
  for (let wave = select(links); wave.length > 0; ) {
    const collected = await mapConcurrently(wave, async (link) => {
      const asset = await collectAsset(link, kindOf(new URL(link.url), origin), { ...options, siteOrigin: origin });
      options.onProgress?.(++done, Math.min(asked, options.maxAssets));
      return asset;
    });
    for (const { evidence } of collected) {
      if (evidence === 'elsewhere') notAsked.elsewhere++;
      else if (evidence) assets.push(evidence);
    }
    wave = select(collected.flatMap((one) => one.links));
  }
  return { assets, notAsked };

  /** Of links that are new, those to ask for. */
  function select(candidates: readonly LinkedFile[]): LinkedFile[] {
    const selected: LinkedFile[] = [];
    for (const link of candidates.map(throughOptimizer)) {
      if (seen.has(link.url)) continue;
      seen.add(link.url);
      const url = new URL(link.url);
      const kind = kindOf(url, origin);
      // Next's own sheets are asked for what they name: url() in a bundled stylesheet.
      const isSheet = kind === 'framework' && url.pathname.endsWith('.css');
      if (kind === 'framework') notAsked.framework++;
      if (kind === 'elsewhere') notAsked.elsewhere++;
      else if (kind !== 'framework' || isSheet) {
        if (asked < options.maxAssets) selected.push(link);
        else notAsked.beyondLimit++;
        asked++;
      }
    }
    return selected;
  }
}

function throughOptimizer(link: LinkedFile): LinkedFile {
  const inner = imageInside(new URL(link.url));
  return inner ? { url: inner.href, integrity: undefined } : link;
}

/** Asks for the page once more, and for what must not be taken for a file. */
async function askAgain(
  found: Pick<PageEvidence, 'url' | 'redirects' | 'answer'>,
  assets: readonly AssetEvidence[],
  ask: Ask,
): Promise<PageEvidence> {
  const { url, answer } = found;
  const page = { ...found, answer: { ...answer, body: undefined } };
  if (answer.trouble || answer.status !== 200 || !isHtml(answer)) return { ...page, again: undefined, hashOnPage: [] };
  const again = forbidsSharedReuse(answer.headers) ? await ask(url, { maxBytes: MAX_PAGE_BYTES }) : undefined;
  const valid = assets.find((asset) => asset.kind === 'hashed' && asset.answer.status === 200);
  const hashOnPage = [];
  if (valid) {
    const probe = new URL(`${url.pathname.replace(/\/+$/, '')}/x.${hashOf(valid.url)}.css`, url.origin);
    for (let count = 0; count < 2; count++) hashOnPage.push(await ask(probe, { maxBytes: MAX_PAGE_BYTES }));
  }
  return { ...page, again, hashOnPage };
}

async function mapConcurrently<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const work = async () => {
    for (const [index, item] of waiting) results[index] = await each(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}
