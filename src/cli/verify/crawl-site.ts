import { randomBytes } from 'node:crypto';
import { imageInside } from '../../core/coverage.js';
import type { OnProgress } from '../../core/errors.js';
import { findLoadedUrls, isLookedInto, toHttpUrl } from '../../pipeline/references/find-references.js';
import { findLinkedFiles, type LinkedFile } from '../../pipeline/references/html-links.js';
import { forbidsSharedReuse, parseCacheControl } from './cache-headers.js';
import { type Answer, type Ask, isHtml, isNotThere, matchingAlgorithm, type Want } from './http-client.js';
import type { RequestFailure } from './request-failure.js';
import {
  hasHashedForm,
  hashOf,
  isInStore,
  kindOf,
  type Origins,
  shellWord,
  type UrlKind,
  withHash,
  withoutCredentials,
  withoutHash,
} from './site-url.js';

interface AskForSiteOptions {
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

/** The head of an answer is enough. */
const HEAD: Want = { maxBytes: 0 };

/** Larger files are not searched for references, and not kept in memory. */
const MAX_TEXT_BYTES = 10 * 1024 * 1024;

interface AskedFile {
  /** `route`: the answer is a page or comes from a route, so that it is not a file. `undefined`: Next's own file. */
  answers: FileAnswers | 'route' | undefined;
  /** The references of the file. */
  links: LinkedFile[];
}

interface AskForFileOptions {
  ask: Ask;
  /** Bytes of one file. */
  maxSize: number;
}

/** Asks for one file, and for what shows how it is served. */
async function askForFile(linked: LinkedFile, kind: UrlKind, { ask, maxSize }: AskForFileOptions): Promise<AskedFile> {
  const url = new URL(linked.url);
  const { place, label } = linked;
  const keepBytes = isLookedInto(url.pathname, 0) ? MAX_TEXT_BYTES : 0;
  if (kind !== 'hashed') {
    const answer = await ask(url, { maxBytes: Math.min(maxSize, keepBytes), keepBytes });
    const isRoute = answer.status === 200 && (isHtml(answer) || isMadeByNext(answer));
    const plain = isRoute ? 'route' : ({ kind: 'plain', url, place, label, answer: { ...answer, body: undefined } } as const);
    return { answers: kind === 'plain' ? plain : undefined, links: linksOf(url, answer) };
  }
  const whole: Want = { maxBytes: maxSize, ifLonger: 'fail-naming-max-size' };
  const answer = await ask(url, { ...whole, digests: true, keepBytes });
  const links = linksOf(url, answer);
  const asked = { url, place, label, answer: { ...answer, body: answer.body && { ...answer.body, bytes: undefined } } };
  const hash = hashOf(url) ?? '';
  const digests = answer.status === 200 ? answer.body?.digests : undefined;
  const isOfBytes = digests !== undefined && matchingAlgorithm(hash, digests) !== undefined;
  // Where rewrites are not applied, the original is there and its hashed URL is not.
  const asksForOriginal = (digests && !isOfBytes) || isNotThere(answer);
  const original =
    asksForOriginal && !isInStore(url)
      ? await ask(withoutHash(url), digests && DATE.test(hash) ? { maxBytes: maxSize, digests: true } : HEAD)
      : undefined;
  if (digests && original && !isHtml(answer) && isOfOthers(answer, original)) return { answers: { kind: 'other-hash', ...asked }, links };
  const again = answer.headers['set-cookie'] ? await ask(url, HEAD) : undefined;
  const madeUp = answer.status === 200 ? await askForMadeUp(url, hash.length, ask, whole) : [];
  const references = links.map((link) => link.url);
  return { answers: { kind: 'hashed', ...asked, integrity: linked.integrity, original, again, madeUp, references }, links };
}

/** Whether Next rendered the answer: `app/manifest.ts`, a route handler. Next marks no file of `public/` like this. */
function isMadeByNext({ headers }: Answer): boolean {
  return 'x-nextjs-cache' in headers || 'x-nextjs-prerender' in headers || /(?:^|,)\s*rsc\s*(?:,|$)/i.test(headers.vary ?? '');
}

/** A date has the form of a hash too, with or without a time: `photo.20240115.jpg`. */
const DATE = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6})?$/;

/** Whether a name holds a date, or a hash that this package did not make: there is no original. */
function isOfOthers(answer: Answer, original: Answer): boolean {
  if (original.status !== 200 || isHtml(original)) return true;
  // The bytes of the original are asked for only where the hash may be a date.
  const [own, others] = [answer, original].map(({ body }) => body?.digests?.sha256);
  const isImmutable = parseCacheControl(answer.headers['cache-control']).has('immutable');
  return own !== undefined && others !== undefined && !own.equals(others) && !isImmutable;
}

/** Asks twice and reads to the end, because caches keep only complete answers. */
async function askForMadeUp(url: URL, length: number, ask: Ask, whole: Want): Promise<Answer[]> {
  const madeUp = withHash(url, randomBytes(length).toString('hex').slice(0, length));
  const first = await ask(madeUp, whole);
  return first.status === undefined ? [first] : [first, await ask(madeUp, whole)];
}

function linksOf({ pathname, href }: URL, { body, status }: Answer): LinkedFile[] {
  const bytes = body?.bytes;
  if (status !== 200 || bytes === undefined) return [];
  return findLoadedUrls(href, bytes).map((url) => ({ url, integrity: undefined, place: 'reference', label: pathname }));
}

/** The answers of a site, not judged yet. */
export interface SiteAnswers {
  page: PageAnswers;
  files: readonly FileAnswers[];
  /** Next's `basePath`, as far as the page tells. */
  basePath: string;
  notAsked: NotAsked;
}

export interface PageAnswers {
  /** After redirects. */
  url: URL;
  redirects: readonly Redirect[];
  answer: Answer;
  /** The answer to a second request: it shows what a cache kept of the first one. */
  again: Answer | undefined;
  /** Two answers to a valid hash below the path of the page: `/account/x.<hash>.css`. */
  hashOnPage: readonly Answer[];
}

export interface Redirect {
  url: string;
  status: number;
  location: string;
}

/** One file of a page. */
export type FileAnswers = HashedFileAnswers | PlainFileAnswers;

/** The place that names the file. */
type Where = Pick<LinkedFile, 'place' | 'label'>;

export interface HashedFileAnswers extends Where {
  kind: 'hashed';
  url: URL;
  answer: Answer;
  /** The `integrity` of its tag. */
  integrity: string | undefined;
  /** The original, asked for where the hash is not that of the bytes, or not found. */
  original: Answer | undefined;
  /** The head of another answer, where the first one sets a cookie. */
  again: Answer | undefined;
  /** The answers to a made-up hash, in order: the second one shows what a cache kept of the first one. */
  madeUp: readonly Answer[];
  /** URLs that the file names. */
  references: readonly string[];
}

export interface PlainFileAnswers extends Where {
  /** `other-hash`: the name holds a date, or a hash that this package did not make. */
  kind: 'plain' | 'other-hash';
  url: URL;
  answer: Answer;
}

/** URLs that are not looked at. */
export interface NotAsked {
  /** How many belong to Next or to the host. */
  framework: number;
  /** How many are pages and routes, which are not public files. */
  routes: number;
  /** How many are on other origins. */
  elsewhere: number;
  /** URLs among `elsewhere` that have the form of a hashed URL. */
  hashedElsewhere: readonly string[];
  /** How many exceed `--max-assets`. */
  beyondLimit: number;
}
