import { randomBytes } from 'node:crypto';
import { findLoadedUrls } from '../../pipeline/references/find-references.js';
import type { LinkedFile } from '../../pipeline/references/html-links.js';
import { parseCacheControl } from './cache-headers.js';
import { type BodyOptions, matchingAlgorithm } from './http-body.js';
import { type Answer, type HttpClient, isHtml, isNotFound } from './http-client.js';
import { hashOf, isInStore, withHash, withoutHash } from './site-url.js';

export type CrawledFile = HashedFile | OtherFile;

export interface HashedFile extends FileAnswer {
  kind: 'hashed';
  /** The `integrity` of its tag. */
  integrity: string | undefined;
  /** The original, requested if the hash does not match the bytes, or is not found. */
  original: Answer | undefined;
  /** The head of a second answer, if the first one sets a cookie. */
  again: Answer | undefined;
  /** Two answers to a made-up hash. The second one shows whether a cache kept the first one. */
  madeUp: readonly Answer[];
  /** URLs that the file names. */
  references: readonly string[];
}

/** A file whose URL has no hash of this package. */
export interface OtherFile extends FileAnswer {
  /** `other-hash`: the name has a date, or a hash that this package did not make. */
  kind: 'plain' | 'other-hash';
}

interface FileAnswer extends Pick<LinkedFile, 'place' | 'label'> {
  url: URL;
  answer: Answer;
}

export interface ProbedFile {
  file?: CrawledFile;
  links: LinkedFile[];
}

const HEAD: BodyOptions = { maxBytes: 0 };

/** Requests a file by its hashed URL, and the URLs that show how the site treats hashes. */
export async function probeHashedFile(link: LinkedFile, body: BodyOptions, client: HttpClient): Promise<ProbedFile> {
  const url = new URL(link.url);
  const hash = hashOf(url) ?? '';
  const answer = await client.get(url, body);
  const links = linksIn(url, answer);
  const { place, label, integrity } = link;
  const file = { url, place, label, answer: withoutBytes(answer) };
  const hashes = answer.status === 200 ? answer.body?.hashes : undefined;
  const isMismatch = hashes !== undefined && matchingAlgorithm(hash, hashes) === undefined;
  // A host that applies no rewrites has the original, and not the hashed URL.
  const needsOriginal = (isMismatch || isNotFound(answer)) && !isInStore(url);
  // If the hash may be a date, the bytes tell whether the original is another file.
  const originalBody = hashes !== undefined && DATE.test(hash) ? { ...body, keepBytes: 0 } : HEAD;
  const original = needsOriginal ? await client.get(withoutHash(url), originalBody) : undefined;
  if (hashes && original && !isHtml(answer) && isOtherHash(answer, original)) return { file: { kind: 'other-hash', ...file }, links };
  const again = answer.headers['set-cookie'] ? await client.get(url, HEAD) : undefined;
  const madeUp: Answer[] = [];
  if (answer.status === 200) {
    const madeUpUrl = withHash(url, randomBytes(hash.length).toString('hex').slice(0, hash.length));
    // Both are read to the end, because caches keep only complete answers.
    const whole = { maxBytes: body.maxBytes };
    madeUp.push(await client.get(madeUpUrl, whole));
    if (madeUp[0]?.status !== undefined) madeUp.push(await client.get(madeUpUrl, whole));
  }
  return { file: { kind: 'hashed', ...file, integrity, original, again, madeUp, references: links.map((each) => each.url) }, links };
}

/** A date looks like a hash, with or without a time: `photo.20240115.jpg`. */
const DATE = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6})?$/;

/** Whether a name has a date, or a hash that this package did not make, so that the URL without it is another file or none. */
function isOtherHash(answer: Answer, original: Answer): boolean {
  if (original.status !== 200 || isHtml(original)) return true;
  const [own, others] = [answer, original].map(({ body }) => body?.hashes?.sha256);
  const isImmutable = parseCacheControl(answer.headers['cache-control']).has('immutable');
  return own !== undefined && others !== undefined && !own.equals(others) && !isImmutable;
}

export function linksIn({ pathname, href }: URL, { body, status }: Answer): LinkedFile[] {
  const bytes = body?.bytes;
  if (status !== 200 || bytes === undefined) return [];
  return findLoadedUrls(href, bytes).map((url) => ({ url, integrity: undefined, place: 'reference', label: pathname }));
}

export function withoutBytes(answer: Answer): Answer {
  return { ...answer, body: answer.body && { ...answer.body, bytes: undefined } };
}
