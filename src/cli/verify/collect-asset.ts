import { randomBytes } from 'node:crypto';
import { findReferences, isLookedInto } from '../../pipeline/references/find-references.js';
import { type Answer, isHtml } from './answer.js';
import type { Ask, Want } from './ask.js';
import { parseCacheControl } from './cache-headers.js';
import { matchingAlgorithm } from './hash-match.js';
import { type LinkedFile, toHttpUrl } from './linked-files.js';
import type { AssetEvidence } from './site-evidence.js';
import { hashOf, isInStore, type UrlKind, withHash, withoutHash } from './url-kind.js';

/** The head of an answer is enough. */
const HEAD: Want = { maxBytes: 0 };

/** No larger file is looked into for what it names, and none is kept in memory. */
const MAX_TEXT_BYTES = 10 * 1024 * 1024;

export interface Collected {
  /** `undefined`: it is not ours to judge. `elsewhere`: it has turned out to be somebody else's. */
  evidence: AssetEvidence | 'elsewhere' | undefined;
  /** What it names. */
  links: LinkedFile[];
}

export interface CollectAssetOptions {
  ask: Ask;
  /** Bytes of one file. */
  maxSize: number;
  /** Of the page. */
  siteOrigin: string;
}

/** Asks for one file, and for what shows how it is served. */
export async function collectAsset(
  linked: LinkedFile,
  kind: UrlKind,
  { ask, maxSize, siteOrigin }: CollectAssetOptions,
): Promise<Collected> {
  const url = new URL(linked.url);
  const keepBytes = isLookedInto(url.pathname, 0) ? MAX_TEXT_BYTES : 0;
  if (kind !== 'hashed' && kind !== 'perhaps-hashed') {
    const answer = await ask(url, { maxBytes: Math.min(maxSize, keepBytes), keepBytes });
    return { evidence: kind === 'plain' ? { kind, url, answer: withoutBody(answer) } : undefined, links: linksOf(url, answer) };
  }
  const answer = await ask(url, { maxBytes: maxSize, isLimitByFlag: true, digests: true, keepBytes });
  const hash = hashOf(url) ?? '';
  const digests = answer.status === 200 ? answer.body?.digests : undefined;
  const isOfBytes = digests !== undefined && matchingAlgorithm(hash, digests) !== undefined;
  // Nothing else is asked for on another origin until it is certain whose it is.
  if (kind === 'perhaps-hashed' && !isOfBytes && !(await isKnownTo(siteOrigin, url, ask))) return { evidence: 'elsewhere', links: [] };
  const links = linksOf(url, answer);
  const asksForOriginal = digests && !isOfBytes && !isInStore(url);
  const original = asksForOriginal ? await ask(withoutHash(url), DATE.test(hash) ? { maxBytes: maxSize, digests: true } : HEAD) : undefined;
  const evidence = { url, answer: withoutBytes(answer) };
  if (original && !isHtml(answer) && isOfOthers(answer, original)) return { evidence: { kind: 'other-hash', ...evidence }, links };
  const again = answer.headers['set-cookie'] ? await ask(url, HEAD) : undefined;
  const madeUp = answer.status === 200 ? await askForMadeUp(url, hash.length, ask, maxSize) : [];
  const references = links.map((link) => link.url);
  return { evidence: { kind: 'hashed', ...evidence, integrity: linked.integrity, original, again, madeUp, references }, links };
}

/** Whether the page's own site has issued this hash too: a CDN passes on what is there. */
async function isKnownTo(siteOrigin: string, { pathname }: URL, ask: Ask): Promise<boolean> {
  const answer = await ask(new URL(siteOrigin + pathname), HEAD);
  return isFile(answer) && isImmutable(answer);
}

/** What may be a hash, and is a date more likely, with or without a time: `photo.20240115.jpg`. */
const DATE = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6})?$/;

/** Whether a name holds a hash that is none of ours: there is no original; or a date, of a file of its own. */
function isOfOthers(answer: Answer, original: Answer): boolean {
  if (!isFile(original)) return true;
  // Of what is no date, nobody asks for the bytes of the original.
  const [own, others] = [answer, original].map(({ body }) => body?.digests?.sha256);
  return own !== undefined && others !== undefined && !own.equals(others) && !isImmutable(answer);
}

function isImmutable({ headers }: Answer): boolean {
  return parseCacheControl(headers['cache-control']).has('immutable');
}

/** Twice, and to the end: caches keep whole answers alone. */
async function askForMadeUp(url: URL, length: number, ask: Ask, maxSize: number): Promise<Answer[]> {
  const madeUp = withHash(url, randomBytes(length).toString('hex').slice(0, length));
  const first = await ask(madeUp, { maxBytes: maxSize, isLimitByFlag: true });
  if (first.status === undefined) return [first];
  return [first, await ask(madeUp, { maxBytes: maxSize, isLimitByFlag: true })];
}

/** Whether a plain URL leads to a file, and not to nothing or to a page. */
function isFile(answer: Answer): boolean {
  return answer.status === 200 && !isHtml(answer);
}

function linksOf({ pathname, href }: URL, { body, status }: Answer): LinkedFile[] {
  const bytes = body?.bytes;
  if (status !== 200 || bytes === undefined) return [];
  const references = findReferences(pathname, bytes.length, () => bytes)?.references ?? [];
  return references
    .filter(({ kind }) => kind !== 'source-map')
    .map(({ url }) => toHttpUrl(url, href))
    .filter((url) => url !== undefined)
    .map((url) => ({ url, integrity: undefined }));
}

function withoutBytes(answer: Answer): Answer {
  return { ...answer, body: answer.body && { ...answer.body, bytes: undefined } };
}

function withoutBody(answer: Answer): Answer {
  return { ...answer, body: undefined };
}
