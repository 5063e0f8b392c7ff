import { CACHE_KEY, IMMUTABLE, isGuessedLifetime, isImmutable, parseCacheControl, reasonToReuse, signOfCdnHit } from './cache-headers.js';
import type { FileAnswers, HashedFileAnswers } from './crawl-site.js';
import { type Answer, contentTypeOf, type Digests, isHtml, isNotThere, matchingAlgorithm } from './http-client.js';
import { advises, fails, holds, type Verdict } from './report.js';
import { hashOf, isInStore } from './site-url.js';

/** What is known besides the answers. */
export interface HashedContext {
  /** Whether the file is one of several that name each other in a circle. */
  isInCircle: boolean;
  /** Whether hashes are compared with bytes. */
  checksHash: boolean;
  /** What all hashed files of the page have in common. */
  habits: HostHabits;
}

/** What a host does to all hashed files, so that their faults have one cause. */
export interface HostHabits {
  /** It has the originals, and has no file under any hashed URL that needs a rewrite. */
  ignoresRewrites: boolean;
  /** It serves all files below Next's static folder, and none of them as immutable. */
  sendsNoImmutable: boolean;
}

/** Looks for what all hashed files of a page have in common. */
export function findHostHabits(files: readonly FileAnswers[]): HostHabits {
  const hashed = files.filter((file) => file.kind === 'hashed');
  const [inStore, rewritten] = [hashed.filter(({ url }) => isInStore(url)), hashed.filter(({ url }) => !isInStore(url))];
  const isServed = ({ status }: Answer) => status === 200;
  return {
    ignoresRewrites:
      rewritten.every(({ answer }) => isNotThere(answer)) &&
      rewritten.some(({ original }) => original !== undefined && isServed(original) && !isHtml(original)),
    sendsNoImmutable: inStore.every(({ answer }) => isServed(answer) && !isImmutable(answer.headers['cache-control'])),
  };
}

/** Hosts that serve the files by themselves do not know the headers of Next. */
const ADD_RULE =
  'on Cloudflare and Netlify, "next-smart-cache init" adds the rule to public/_headers, and "next-smart-cache headers" prints it; ' +
  'elsewhere, let the server send this header for /_next/static/';

const LET_THROUGH = 'let proxies and CDNs pass the Cache-Control of the app on, and set none of their own for these paths';

/** Judges a file under a hashed URL: what is promised for a year must be what the name says. */
export function judgeHashed(file: HashedFileAnswers, context: HashedContext): Verdict[] {
  const { answer, integrity, madeUp } = file;
  if (isNotThere(answer) && context.habits.ignoresRewrites && !isInStore(file.url)) return [rewritesIgnored(answer)];
  if (answer.status !== undefined && answer.status !== 200) return [judgeStatus(answer)];
  const verdicts: Verdict[] = [];
  if (answer.failure) verdicts.push(fails('answer', 'no answer', answer.failure.detail, answer.failure.fix));
  if (answer.status === undefined) return verdicts;
  verdicts.push(holds('status', '200'), judgeImmutable(file, context.habits), ...judgeContentType(file));
  if (context.checksHash && answer.body?.digests) verdicts.push(judgeHash(file, context));
  if (integrity && answer.body?.digests) {
    verdicts.push(
      satisfiesIntegrity(integrity, answer.body.digests)
        ? holds('integrity', 'as the tag says')
        : fails(
            'integrity',
            'wrong integrity',
            `the tag says ${integrity}`,
            'let nothing in front of the app change its files (minifiers, image optimisers)',
          ),
    );
  }
  return [...verdicts, ...judgeMadeUp(madeUp)];
}

function rewritesIgnored({ status }: Answer): Verdict {
  return fails(
    'status',
    'rewrites ignored',
    `it answers ${status}, as all hashed URLs of this page do that need a rewrite, and the plain URL answers 200`,
    "set delivery: 'static' in the options of withSmartCache, then build and deploy again: hashed URLs then need no rewrite; " +
      "on Vercel, and with onStaleHash: 'not-found', the page may be of another deploy: empty the caches in front of it",
  );
}

function judgeStatus({ status = 0, headers }: Answer): Verdict {
  const { location } = headers;
  if (location !== undefined) {
    return fails(
      'status',
      'wrong status',
      `it answers ${status} and leads to ${location}`,
      'let middleware and proxies leave hashed URLs alone; leave files that want a session out of the hashed ones: exclude',
    );
  }
  if (status === 401 || status === 403) {
    return fails(
      'status',
      'wrong status',
      `it answers ${status}`,
      'leave files that want a session out of the hashed ones (exclude), or pass a password: https://user:password@…',
    );
  }
  if (status === 404) {
    return fails('status', 'wrong status', 'it answers 404', 'let page and files come from one deploy, and deploy .next/static with it');
  }
  return fails('status', 'wrong status', `it answers ${status}`, "look into the server's log");
}

function judgeImmutable({ url, answer, again }: HashedFileAnswers, { sendsNoImmutable }: HostHabits): Verdict {
  const { headers } = answer;
  const header = headers['cache-control'];
  if (isImmutable(header)) return obstacleToReuse(again ? [answer, again] : [answer]) ?? holds('header', header ?? '');
  const detail = `${header === undefined ? 'there is no Cache-Control' : `it is "${header}"`}; "${IMMUTABLE}" is due`;
  if (isInStore(url)) return fails('header', 'not immutable', detail, sendsNoImmutable ? ADD_RULE : LET_THROUGH);
  const { has, seconds } = parseCacheControl(header);
  if (header === undefined || (seconds('max-age') !== 0 && !has('no-store'))) return fails('header', 'not immutable', detail, LET_THROUGH);
  // This is how the app answers an unknown hash.
  return fails(
    'header',
    'not immutable',
    detail,
    'verify what "next start" serves, not "next dev"; let page and files come from one deploy; otherwise a proxy sets this header',
  );
}

/** What keeps caches from a file that they may keep by its `Cache-Control`. */
function obstacleToReuse(answers: readonly Answer[]): Verdict | undefined {
  // RFC 9111, section 4.1: `*` matches no request.
  if (answers.some(({ headers: { vary } }) => vary?.split(',').some((name) => name.trim() === '*'))) {
    return fails(
      'header',
      'never reused',
      'it is "Vary: *", so no cache may ever answer from this',
      'remove what sets "Vary: *" for these paths',
    );
  }
  // The first answer's cookies alone: what the edge adds to each (bot managers, load balancers) has another value in every one.
  const [first = []] = answers.map(({ headers }) => headers['set-cookie']);
  const shared = answers
    .slice(1)
    .find(({ headers }) => signOfCdnHit(headers) && headers['set-cookie']?.some((cookie) => first.includes(cookie)));
  if (shared === undefined) return undefined;
  return fails(
    'header',
    'shared cookie',
    `it holds a Set-Cookie that a cache in front kept (${signOfCdnHit(shared.headers)}): one visitor's cookie is given to all others`,
    'let middleware and proxies set no cookie for these paths, and empty the cache',
  );
}

/** The types that browsers run as a script (WHATWG MIME Sniffing, "JavaScript MIME type"). */
const JAVASCRIPT_TYPE = /^(?:application|text)\/(?:x-)?(?:java|ecma)script$|^text\/(?:javascript1\.[0-5]|jscript|livescript)$/;

/** `X-Content-Type-Options: nosniff` has browsers refuse sheets and scripts of another type (Fetch Standard, "should response be blocked due to nosniff"). */
function judgeContentType({ url, answer }: HashedFileAnswers): Verdict[] {
  const [, extension = ''] = /\.(css|m?js)$/i.exec(url.pathname) ?? [];
  const isNosniff = /^\s*nosniff\s*(?:,|$)/i.test(String(answer.headers['x-content-type-options'] ?? ''));
  if (extension === '' || !isNosniff) return [];
  const type = contentTypeOf(answer);
  const isSheet = extension.toLowerCase() === 'css';
  if (isSheet ? type === 'text/css' : JAVASCRIPT_TYPE.test(type)) return [holds('content-type', type)];
  return [
    fails(
      'content-type',
      'wrong type',
      `${type ? `it is "${type}"` : 'there is none'}, and with "X-Content-Type-Options: nosniff" browsers refuse the file`,
      `let the server send "Content-Type: ${isSheet ? 'text/css' : 'text/javascript'}" for these paths`,
    ),
  ];
}

function judgeHash({ url, answer, original }: HashedFileAnswers, { isInCircle }: HashedContext): Verdict {
  const hash = hashOf(url) ?? '';
  const digests = answer.body?.digests;
  const algorithm = digests && matchingAlgorithm(hash, digests);
  if (algorithm) return holds('hash', `${algorithm} of the bytes`);
  if (isInCircle) return holds('hash', 'not compared: files that name each other in a circle share the hash of their group');
  const what = isHtml(answer)
    ? 'what comes is an HTML page'
    : `the bytes have the SHA-256 ${digests?.sha256.toString('hex').slice(0, hash.length)}`;
  const why = original?.status === 200 && !reasonToReuse(200, answer.headers) ? `${what}; they may be those of a newer deploy` : what;
  return fails(
    'hash',
    'wrong bytes',
    why,
    'let nothing in front of the app change its files; with a "fingerprint" that is not made from the content, pass --no-hash-check',
  );
}

/** The same path with a hash that was never issued, asked for twice. */
function judgeMadeUp(answers: readonly Answer[]): Verdict[] {
  const answered = answers.filter(({ status }) => status !== undefined);
  const first = answered[0];
  if (first?.status === undefined) {
    const failure = answers[0]?.failure;
    return failure ? [fails('made-up-hash', 'stale hash breaks', `${answers[0]?.url}: ${failure.detail}`, failure.fix)] : [];
  }
  if (first.status >= 500) {
    return [fails('made-up-hash', 'stale hash breaks', `${first.url} answers ${first.status}`, "look into the server's log")];
  }
  const kept = answered.map(({ headers }) => signOfCdnHit(headers)).find((sign) => sign !== undefined);
  if (answered.every(isGuessedNotFound)) {
    const detail = `a hash that was never issued answers ${first.status} without a lifetime, so caches choose one`;
    return [
      advises('made-up-hash', detail, NOT_FOUND_ADVICE),
      holds('cdn', kept ? `kept a ${first.status} without a lifetime` : 'kept nothing'),
    ];
  }
  const reusable = answered.find(({ status = 0, headers }) => reasonToReuse(status, headers));
  return [
    reusable
      ? fails(
          'made-up-hash',
          'stale hash kept',
          `${reusable.url} answers ${reusable.status}, and ${reasonToReuse(reusable.status ?? 0, reusable.headers)}`,
          reusable.headers['cache-control'] === undefined
            ? 'let proxies and CDNs pass on the Cache-Control of the app'
            : 'remove header rules that match hashed names by a pattern; only files that exist may be kept',
        )
      : holds('made-up-hash', `${first.status}, ${first.headers['cache-control'] ?? 'no Cache-Control'}`),
    kept
      ? fails('cdn', 'kept by a cache', `a cache answered the second request for ${first.url} (${kept}): it keeps stale hashes`, CACHE_KEY)
      : holds('cdn', 'kept nothing'),
  ];
}

/**
 * Whether an answer says that the file is not there, and not for how long. A
 * cache may then choose a lifetime (RFC 9110, section 15.5.5; RFC 9111,
 * section 4.2.2), and CDNs choose a short one: Cloudflare 3 minutes
 * (https://developers.cloudflare.com/cache/how-to/configure-cache-status-code/),
 * CloudFront 10 seconds
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html).
 * The host decides this for all its paths, and no wrong bytes come of it.
 */
function isGuessedNotFound({ status = 0, headers }: Answer): boolean {
  return (status === 404 || status === 410) && isGuessedLifetime(status, headers);
}

const NOT_FOUND_ADVICE =
  'nothing is wrong yet: a CDN may keep it for some minutes, in which a file of a new deploy stays missing if it was asked for too early; ' +
  '"Cache-Control: no-store" on answers with 404 rules that out';

/**
 * Whether an `integrity` attribute lets the bytes through: any hash of its
 * strongest algorithm may match. One that names no algorithm known to browsers
 * lets everything through (https://www.w3.org/TR/SRI/#does-response-match-metadatalist).
 */
function satisfiesIntegrity(integrity: string, digests: Digests): boolean {
  const sources = integrity
    .trim()
    .split(/\s+/)
    .map((source) => /^(sha256|sha384|sha512)-([^?]+)/.exec(source))
    .filter((match) => match !== null);
  const strongest = sources
    .map(([, algorithm = '']) => algorithm)
    .sort()
    .at(-1);
  if (strongest === undefined) return true;
  return sources.some(
    ([, algorithm, hash]) => algorithm === strongest && digests[algorithm as keyof Digests].equals(Buffer.from(hash ?? '', 'base64')),
  );
}
