import { findOriginalImage } from '../../core/coverage.js';
import type { OnProgress } from '../../core/errors.js';
import { isLookedInto, toHttpUrl } from '../../pipeline/references/find-references.js';
import { findLinkedFiles, type LinkedFile } from '../../pipeline/references/html-links.js';
import { forbidsSharedReuse } from './cache-headers.js';
import { type Answer, type HttpClient, isHtml } from './http-client.js';
import { type CrawledFile, linksIn, type ProbedFile, probeHashedFile, withoutBytes } from './probe-hashed-file.js';
import type { NotAsked, Redirect } from './report.js';
import type { RequestFailure } from './request-failure.js';
import { hasHashedForm, hashOf, kindOf, quoteForShell, withoutCredentials } from './site-url.js';

/** The answers of a site, not judged yet. */
export interface CrawledSite {
  page: CrawledPage;
  files: readonly CrawledFile[];
  /** Next's `basePath`, derived from the URLs in the page. */
  basePath: string;
  notAsked: NotAsked;
}

export interface CrawledPage {
  /** After redirects. */
  url: URL;
  redirects: readonly Redirect[];
  answer: Answer;
  /** The answer to a second request, which shows whether a cache kept the first one. */
  again: Answer | undefined;
  /** Two answers to a valid hash below the path of the page: `/account/x.<hash>.css`. */
  hashOnPage: readonly Answer[];
}

export interface CrawlOptions {
  /** Origins that may get requests, besides that of the page. */
  origins: ReadonlySet<string>;
  /** The most files to request. */
  maxAssets: number;
  /** Bytes of one file. */
  maxSize: number;
  onProgress?: OnProgress | undefined;
}

/** Bytes of a page that are read. */
export const MAX_PAGE_BYTES = 5_000_000;
const MAX_REDIRECTS = 5;
const CONCURRENCY = 6;
/** Larger files are not searched for references, and not kept in memory. */
const MAX_TEXT_BYTES = 10 * 1024 * 1024;

/** Requests a page and the files that it loads. Judges nothing, and requests nothing from an origin that the user did not name. */
export async function crawlSite(target: URL, client: HttpClient, options: CrawlOptions): Promise<CrawledSite> {
  const allowed = new Set([target.origin, ...options.origins]);
  const first = await loadPage(target, allowed, client);
  const { url, answer } = first;
  const html = isHtml(answer) ? answer.body?.bytes?.toString('utf8') : undefined;
  const links = html === undefined ? [] : findLinkedFiles(html, url.href);
  const crawled = await crawlFiles(links, { site: url.origin, others: allowed }, client, options);
  const page = { ...first, answer: withoutBytes(answer), ...(await probePage(first, crawled.files, client)) };
  return { page, basePath: findBasePath(links, url.origin), ...crawled };
}

type LoadedPage = Pick<CrawledPage, 'url' | 'redirects' | 'answer'>;

async function loadPage(target: URL, allowed: ReadonlySet<string>, client: HttpClient): Promise<LoadedPage> {
  const redirects: Redirect[] = [];
  for (let url = target; ; ) {
    const answer = await client.get(url, { maxBytes: MAX_PAGE_BYTES, isCuttable: true });
    const { location } = answer.headers;
    if (answer.status === undefined || !REDIRECTS.has(answer.status) || location === undefined) return { url, redirects, answer };
    redirects.push({ url: url.href, status: answer.status, location });
    const next = followRedirect(redirects, location, url, allowed);
    if (!(next instanceof URL)) return { url, redirects, answer: { ...answer, failure: { kind: 'redirects', ...next } } };
    url = next;
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** @returns the next URL to request, or why it is not requested. */
function followRedirect(
  redirects: readonly Redirect[],
  location: string,
  from: URL,
  allowed: ReadonlySet<string>,
): URL | Pick<RequestFailure, 'detail' | 'fix'> {
  const fix = 'pass the URL of the page after all redirects; some sites redirect a visitor without cookies in a circle';
  const href = toHttpUrl(location, from.href);
  if (href === undefined) return { detail: `it redirects to "${location}", which is not an http or https URL`, fix };
  const next = withoutCredentials(new URL(href));
  // A server must not choose the hosts that this machine contacts: CI, for example, runs in a network of its own.
  if (!allowed.has(next.origin)) {
    const detail = `it redirects to ${href}, which is on another origin and was not requested`;
    return { detail, fix: `next-smart-cache verify ${quoteForShell(href)}` };
  }
  const visited = redirects.map(({ url }) => url);
  if (visited.includes(next.href)) return { detail: `the redirects form a circle: ${[...visited, next.href].join(' → ')}`, fix };
  return redirects.length > MAX_REDIRECTS ? { detail: `there are more than ${MAX_REDIRECTS} redirects in a row`, fix } : next;
}

/** Requests the page once more, and a URL that a cache must not take for a file. */
async function probePage({ url, answer }: LoadedPage, files: readonly CrawledFile[], client: HttpClient) {
  const hashOnPage: Answer[] = [];
  if (answer.failure || answer.status !== 200 || !isHtml(answer)) return { again: undefined, hashOnPage };
  const again = forbidsSharedReuse(answer.headers) ? await client.get(url, { maxBytes: MAX_PAGE_BYTES }) : undefined;
  const valid = files.find((file) => file.kind === 'hashed' && file.answer.status === 200);
  if (valid) {
    const probe = new URL(url);
    probe.pathname += `${probe.pathname.endsWith('/') ? '' : '/'}x.${hashOf(valid.url)}.css`;
    probe.search = '';
    for (let count = 0; count < 2; count++) hashOnPage.push(await client.get(probe, { maxBytes: MAX_PAGE_BYTES }));
  }
  return { again, hashOnPage };
}

/** The URLs of Next's own files begin with `basePath`, unless an `assetPrefix` takes its place. */
function findBasePath(links: readonly LinkedFile[], origin: string): string {
  const own = links.map(({ url }) => new URL(url)).find((url) => url.origin === origin && url.pathname.includes('/_next/static/'));
  return own?.pathname.replace(/\/_next\/static\/.*$/s, '') ?? '';
}

async function crawlFiles(
  links: readonly LinkedFile[],
  origins: Parameters<typeof kindOf>[1],
  client: HttpClient,
  { maxAssets, maxSize, onProgress }: CrawlOptions,
): Promise<Pick<CrawledSite, 'files' | 'notAsked'>> {
  const seen = new Set<string>();
  const files: CrawledFile[] = [];
  const hashedElsewhere: string[] = [];
  const notAsked = { framework: 0, routes: 0, elsewhere: 0, hashedElsewhere, beyondLimit: 0 };
  let selectedCount = 0;
  let done = 0;
  for (let wave = select(links); wave.length > 0; ) {
    const probed = await mapConcurrently(wave, async (link) => {
      const file = await probeFile(link);
      onProgress?.(++done, Math.min(selectedCount, maxAssets));
      return file;
    });
    files.push(...probed.flatMap(({ file }) => file ?? []));
    wave = select(probed.flatMap((each) => each.links));
  }
  return { files, notAsked };

  /** Selects the new links that are worth a request. */
  function select(candidates: readonly LinkedFile[]): LinkedFile[] {
    const selected: LinkedFile[] = [];
    for (const link of candidates.map(withoutOptimizer)) {
      if (link.place === 'no-hash' || seen.has(link.url)) continue;
      seen.add(link.url);
      const url = new URL(link.url);
      const kind = kindOf(url, origins);
      if (kind === 'elsewhere') {
        notAsked.elsewhere++;
        if (hasHashedForm(url)) hashedElsewhere.push(link.url);
      } else if (kind === 'route') notAsked.routes++;
      else if (kind === 'framework') notAsked.framework++;
      // Next's own stylesheets may name public files by url().
      const isSheet = kind === 'framework' && url.pathname.endsWith('.css');
      if (kind !== 'hashed' && kind !== 'plain' && !isSheet) continue;
      if (selectedCount++ < maxAssets) selected.push(link);
      else notAsked.beyondLimit++;
    }
    return selected;
  }

  /** @returns no file for a page, a route, or a file of Next's. */
  async function probeFile(link: LinkedFile): Promise<ProbedFile> {
    const url = new URL(link.url);
    const kind = kindOf(url, origins);
    const keepBytes = isLookedInto(url.pathname) ? MAX_TEXT_BYTES : 0;
    if (kind === 'hashed') return probeHashedFile(link, { maxBytes: maxSize, hashes: true, keepBytes }, client);
    const answer = await client.get(url, { maxBytes: Math.min(maxSize, keepBytes), keepBytes });
    const references = linksIn(url, answer);
    if (kind !== 'plain') return { links: references };
    if (answer.status === 200 && (isHtml(answer) || isMadeByNext(answer))) {
      notAsked.routes++;
      return { links: references };
    }
    const { place, label } = link;
    return { file: { kind, url, place, label, answer: { ...answer, body: undefined } }, links: references };
  }
}

function withoutOptimizer(link: LinkedFile): LinkedFile {
  const image = findOriginalImage(new URL(link.url));
  return image ? { ...link, url: image.href, integrity: undefined } : link;
}

/** Whether Next rendered the answer, for `app/manifest.ts` or a route handler. Files of `public/` have none of these headers. */
function isMadeByNext({ headers }: Answer): boolean {
  return 'x-nextjs-cache' in headers || 'x-nextjs-prerender' in headers || /(?:^|,)\s*rsc\s*(?:,|$)/i.test(headers.vary ?? '');
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
