import { imageInside } from '../../core/coverage.js';
import type { OnProgress } from '../../core/errors.js';
import { toHttpUrl } from '../../pipeline/references/find-references.js';
import { findLinkedFiles, type LinkedFile } from '../../pipeline/references/html-links.js';
import { type Answer, isHtml, type RequestFailure } from './answer.js';
import type { Ask } from './ask.js';
import { askForFile } from './ask-for-file.js';
import { forbidsSharedReuse } from './cache-headers.js';

import type { FileAnswers, PageAnswers, Redirect, SiteAnswers } from './site-answers.js';
import { shellWord, withoutCredentials } from './target-url.js';
import { hasHashedForm, hashOf, kindOf, type Origins } from './url-kind.js';

export interface AskForSiteOptions {
  ask: Ask;
  /** Origins besides that of the page that may be asked. */
  origins: ReadonlySet<string>;
  /** How many files are looked at. */
  maxAssets: number;
  /** Bytes of one file. */
  maxSize: number;
  /** Called after every file. */
  onProgress?: OnProgress | undefined;
}

/** Bytes of a page that are read. */
export const MAX_PAGE_BYTES = 5_000_000;
const MAX_REDIRECTS = 5;
const CONCURRENCY = 6;

/** Asks a site for a page and for the files that it loads. Judges nothing, and asks no origin that the user did not name. */
export async function askForSite(target: URL, options: AskForSiteOptions): Promise<SiteAnswers> {
  const allowed = new Set([target.origin, ...options.origins]);
  const page = await askForPage(target, allowed, options.ask);
  const html = isHtml(page.answer) ? page.answer.body?.bytes?.toString('utf8') : undefined;
  const links = html === undefined ? [] : findLinkedFiles(html, page.url.href);
  const found = await askForFiles(links, { site: page.url.origin, others: allowed }, options);
  const basePath = findBasePath(links, page.url.origin);
  return { page: await askForPageAgain(page, found.files, options.ask), basePath, ...found };
}

/** Next's own files are below it, unless an `assetPrefix` takes its place. */
function findBasePath(links: readonly LinkedFile[], origin: string): string {
  const own = links.map(({ url }) => new URL(url)).find((url) => url.origin === origin && url.pathname.includes('/_next/static/'));
  return own?.pathname.replace(/\/_next\/static\/.*$/s, '') ?? '';
}

type FirstPageAnswer = Pick<PageAnswers, 'url' | 'redirects' | 'answer'>;

async function askForPage(target: URL, allowed: ReadonlySet<string>, ask: Ask): Promise<FirstPageAnswer> {
  const redirects: Redirect[] = [];
  for (let url = target; ; ) {
    const answer = await ask(url, { maxBytes: MAX_PAGE_BYTES, ifLonger: 'cut' });
    const { location } = answer.headers;
    if (answer.status === undefined || !REDIRECTS.has(answer.status) || location === undefined) return { url, redirects, answer };
    redirects.push({ url: url.href, status: answer.status, location });
    const next = followRedirect(redirects, location, url, allowed);
    if (!(next instanceof URL)) return { url, redirects, answer: { ...answer, failure: { kind: 'redirects', ...next } } };
    url = next;
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** @returns the next URL to ask for, or why it is not asked for. */
function followRedirect(
  redirects: readonly Redirect[],
  location: string,
  from: URL,
  allowed: ReadonlySet<string>,
): URL | Pick<RequestFailure, 'detail' | 'fix'> {
  const href = toHttpUrl(location, from.href);
  const fix = 'pass the URL of the page after all redirects; some sites redirect a visitor without cookies in a circle';
  if (href === undefined) return { detail: `it redirects to "${location}", which is not an http or https URL`, fix };
  const next = withoutCredentials(new URL(href));
  // A server must not decide which hosts the machine that runs this asks: it may be in a network of its own, as CI is.
  if (!allowed.has(next.origin)) {
    return {
      detail: `it redirects to ${href}, which is another origin and was not asked`,
      fix: `next-smart-cache verify ${shellWord(href)}`,
    };
  }
  if (redirects.some(({ url }) => url === next.href)) {
    return { detail: `the redirects form a circle: ${[...redirects.map(({ url }) => url), next.href].join(' → ')}`, fix };
  }
  return redirects.length > MAX_REDIRECTS ? { detail: `there are more than ${MAX_REDIRECTS} redirects, one after the other`, fix } : next;
}

async function askForFiles(
  links: readonly LinkedFile[],
  origins: Origins,
  options: AskForSiteOptions,
): Promise<Pick<SiteAnswers, 'files' | 'notAsked'>> {
  const seen = new Set<string>();
  const files: FileAnswers[] = [];
  const hashedElsewhere: string[] = [];
  const notAsked = { framework: 0, routes: 0, elsewhere: 0, hashedElsewhere, beyondLimit: 0 };
  let selectedCount = 0;
  let done = 0;
  for (let wave = select(links); wave.length > 0; ) {
    const asked = await mapConcurrently(wave, async (link) => {
      const file = await askForFile(link, kindOf(new URL(link.url), origins), options);
      options.onProgress?.(++done, Math.min(selectedCount, options.maxAssets));
      return file;
    });
    for (const { answers } of asked) {
      if (answers === 'route') notAsked.routes++;
      else if (answers) files.push(answers);
    }
    wave = select(asked.flatMap((one) => one.links));
  }
  return { files, notAsked };

  /** Selects the links to ask for, among those that are new. */
  function select(candidates: readonly LinkedFile[]): LinkedFile[] {
    const selected: LinkedFile[] = [];
    for (const link of candidates.map(throughOptimizer)) {
      if (link.place === 'no-hash' || seen.has(link.url)) continue;
      seen.add(link.url);
      const url = new URL(link.url);
      const kind = kindOf(url, origins);
      if (kind === 'elsewhere') {
        notAsked.elsewhere++;
        if (hasHashedForm(url)) hashedElsewhere.push(link.url);
      } else if (kind === 'route') notAsked.routes++;
      else if (kind === 'framework') notAsked.framework++;
      // Next's own sheets are read for the files that they name: url() in a bundled stylesheet.
      const isSheet = kind === 'framework' && url.pathname.endsWith('.css');
      if (kind !== 'hashed' && kind !== 'plain' && !isSheet) continue;
      if (selectedCount++ < options.maxAssets) selected.push(link);
      else notAsked.beyondLimit++;
    }
    return selected;
  }
}

function throughOptimizer(link: LinkedFile): LinkedFile {
  const inner = imageInside(new URL(link.url));
  return inner ? { ...link, url: inner.href, integrity: undefined } : link;
}

/** Asks for the page once more, and for what must not be taken for a file. */
async function askForPageAgain(first: FirstPageAnswer, files: readonly FileAnswers[], ask: Ask): Promise<PageAnswers> {
  const { url, answer } = first;
  const page = { ...first, answer: withoutBytes(answer) };
  if (answer.failure || answer.status !== 200 || !isHtml(answer)) return { ...page, again: undefined, hashOnPage: [] };
  const again = forbidsSharedReuse(answer.headers) ? await ask(url, { maxBytes: MAX_PAGE_BYTES }) : undefined;
  const valid = files.find((file) => file.kind === 'hashed' && file.answer.status === 200);
  const hashOnPage = [];
  if (valid) {
    const probe = new URL(url);
    probe.pathname += `${probe.pathname.endsWith('/') ? '' : '/'}x.${hashOf(valid.url)}.css`;
    probe.search = '';
    for (let count = 0; count < 2; count++) hashOnPage.push(await ask(probe, { maxBytes: MAX_PAGE_BYTES }));
  }
  return { ...page, again, hashOnPage };
}

function withoutBytes(answer: Answer): Answer {
  return { ...answer, body: answer.body && { ...answer.body, bytes: undefined } };
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
