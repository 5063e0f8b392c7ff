import { randomBytes } from 'node:crypto';
import { findLoadedUrls, isLookedInto } from '../../pipeline/references/find-references.js';
import type { LinkedFile } from '../../pipeline/references/html-links.js';
import { type Answer, isHtml, isNotThere, matchingAlgorithm } from './answer.js';
import type { Ask, Want } from './ask.js';
import { parseCacheControl } from './cache-headers.js';
import type { FileAnswers } from './site-answers.js';
import { hashOf, isInStore, type UrlKind, withHash, withoutHash } from './url-kind.js';

/** The head of an answer is enough. */
const HEAD: Want = { maxBytes: 0 };

/** Larger files are not searched for references, and not kept in memory. */
const MAX_TEXT_BYTES = 10 * 1024 * 1024;

export interface AskedFile {
  /** `route`: the answer is a page or comes from a route, so that it is not a file. `undefined`: Next's own file. */
  answers: FileAnswers | 'route' | undefined;
  /** The references of the file. */
  links: LinkedFile[];
}

export interface AskForFileOptions {
  ask: Ask;
  /** Bytes of one file. */
  maxSize: number;
}

/** Asks for one file, and for what shows how it is served. */
export async function askForFile(linked: LinkedFile, kind: UrlKind, { ask, maxSize }: AskForFileOptions): Promise<AskedFile> {
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
