import { CACHE_KEY, IMMUTABLE, isGuessedLifetime, isImmutable, parseCacheControl, reasonToReuse, signOfCdnHit } from './cache-headers.js';
import { type BodyHashes, matchingAlgorithm } from './http-body.js';
import { type Answer, contentTypeOf, isHtml, isNotFound } from './http-client.js';
import type { HashedFile } from './probe-hashed-file.js';
import { advise, fail, pass, type Verdict } from './report.js';
import { hashOf, isInStore } from './site-url.js';

/** Facts about the whole site. */
interface SiteFacts {
  /** Whether the host has the originals, and no file under any hashed URL that needs a rewrite. */
  ignoresRewrites: boolean;
  /** Whether the host serves all files in Next's static folder, and none of them as immutable. */
  lacksHeadersRule: boolean;
  /** Whether the file belongs to a circle of files that name each other. */
  isInCircle: boolean;
  /** Whether to compare hashes with bytes. */
  checksHash: boolean;
}

/** Judges a file under a hashed URL: the bytes that caches keep for a year must be those of the hash. */
export function judgeHashedFile(file: HashedFile, site: SiteFacts): Verdict[] {
  const { url, answer, integrity, madeUp } = file;
  if (isNotFound(answer) && site.ignoresRewrites && !isInStore(url)) return [judgeIgnoredRewrite(answer)];
  if (answer.status !== undefined && answer.status !== 200) return [judgeStatus(answer)];
  const verdicts: Verdict[] = [];
  if (answer.failure) verdicts.push(fail('no answer', answer.failure.detail, answer.failure.fix));
  if (answer.status === undefined) return verdicts;
  verdicts.push(pass('status', '200'), judgeImmutable(file, site.lacksHeadersRule), ...judgeContentType(file));
  const hashes = answer.body?.hashes;
  if (site.checksHash && hashes) verdicts.push(judgeHash(file, hashes, site.isInCircle));
  if (integrity && hashes) verdicts.push(judgeIntegrity(integrity, hashes));
  return [...verdicts, ...judgeMadeUp(madeUp)];
}

function judgeIgnoredRewrite({ status }: Answer): Verdict {
  return fail(
    'rewrites ignored',
    `it answers ${status}, like all hashed URLs of this page that need a rewrite, and a plain URL answers 200`,
    "set delivery: 'static' in the options of withSmartCache, then build and deploy again: hashed URLs then need no rewrite; " +
      "on Vercel, and with onStaleHash: 'not-found', the page may be of another deploy: empty the caches in front of it",
  );
}

function judgeStatus({ status = 0, headers: { location } }: Answer): Verdict {
  const detail = `it answers ${status}${location === undefined ? '' : ` and redirects to ${location}`}`;
  return fail('wrong status', detail, fixForStatus(location === undefined ? status : 'redirect'));
}

function fixForStatus(status: number | 'redirect'): string {
  if (status === 'redirect')
    return 'exempt hashed URLs from middleware and proxies; if a file needs a session, add it to the "exclude" option';
  if (status === 401 || status === 403)
    return 'if the file needs a session, add it to the "exclude" option; else pass a password: https://user:password@…';
  return status === 404 ? 'serve the page and its files from one deploy, and deploy .next/static with it' : "read the server's log";
}

/** Hosts that serve the files themselves do not know Next's headers. */
const ADD_RULE =
  'on Cloudflare and Netlify, "next-smart-cache init" adds the rule to public/_headers, and "next-smart-cache headers" prints it; ' +
  'on other hosts, make the server send this header for /_next/static/';

const PASS_ON = "make proxies and CDNs pass on the app's Cache-Control, and set none of their own for these paths";

function judgeImmutable({ url, answer, again }: HashedFile, lacksHeadersRule: boolean): Verdict {
  const header = answer.headers['cache-control'];
  if (isImmutable(header)) return obstacleToReuse(again ? [answer, again] : [answer]) ?? pass('header', header ?? '');
  const detail = `${header === undefined ? 'there is no Cache-Control' : `it is "${header}"`}, expected "${IMMUTABLE}"`;
  if (isInStore(url)) return fail('not immutable', detail, lacksHeadersRule ? ADD_RULE : PASS_ON);
  const { has, seconds } = parseCacheControl(header);
  // This is how the app answers an unknown hash.
  const isUnknownHash = header !== undefined && (seconds('max-age') === 0 || has('no-store'));
  const fix = 'verify "next start", not "next dev"; serve the page and its files from one deploy; else a proxy sets this header';
  return fail('not immutable', detail, isUnknownHash ? fix : PASS_ON);
}

/** Says why caches do not keep a file that `Cache-Control` lets them keep. */
function obstacleToReuse(answers: readonly Answer[]): Verdict | undefined {
  // RFC 9111, section 4.1: `*` matches no request.
  if (answers.some(({ headers: { vary } }) => vary?.split(',').some((name) => name.trim() === '*'))) {
    return fail(
      'never reused',
      'it is "Vary: *", so no cache may ever answer from this',
      'remove the rule that sets "Vary: *" for these paths',
    );
  }
  const [first, ...others] = answers;
  // Bot managers and load balancers set a cookie with a new value in every answer, so only a repeated cookie was kept.
  const cookies = first?.headers['set-cookie'] ?? [];
  const shared = others.find(({ headers }) => signOfCdnHit(headers) && headers['set-cookie']?.some((cookie) => cookies.includes(cookie)));
  if (shared === undefined) return undefined;
  return fail(
    'shared cookie',
    `a cache in front kept its Set-Cookie (${signOfCdnHit(shared.headers)}), and gives one visitor's cookie to all others`,
    'make middleware and proxies set no cookie for these paths, and empty the cache',
  );
}

/** The types that browsers run as a script (WHATWG MIME Sniffing, "JavaScript MIME type"). */
const JAVASCRIPT_TYPE = /^(?:application|text)\/(?:x-)?(?:java|ecma)script$|^text\/(?:javascript1\.[0-5]|jscript|livescript)$/;

/** With `X-Content-Type-Options: nosniff`, browsers refuse stylesheets and scripts of another type (Fetch Standard, "should response be blocked due to nosniff"). */
function judgeContentType({ url, answer }: HashedFile): Verdict[] {
  const [, extension = ''] = /\.(css|m?js)$/i.exec(url.pathname) ?? [];
  const isNosniff = /^\s*nosniff\s*(?:,|$)/i.test(String(answer.headers['x-content-type-options'] ?? ''));
  if (extension === '' || !isNosniff) return [];
  const type = contentTypeOf(answer);
  const isSheet = extension.toLowerCase() === 'css';
  if (isSheet ? type === 'text/css' : JAVASCRIPT_TYPE.test(type)) return [pass('content-type', type)];
  const detail = `${type ? `it is "${type}"` : 'there is none'}, and with "X-Content-Type-Options: nosniff" browsers refuse the file`;
  return [fail('wrong type', detail, `make the server send "Content-Type: ${isSheet ? 'text/css' : 'text/javascript'}" for these paths`)];
}

function judgeHash({ url, answer, original }: HashedFile, hashes: BodyHashes, isInCircle: boolean): Verdict {
  const hash = hashOf(url) ?? '';
  const algorithm = matchingAlgorithm(hash, hashes);
  if (algorithm) return pass('hash', `${algorithm} of the bytes`);
  if (isInCircle) return pass('hash', 'not compared: files that name each other in a circle share the hash of their group');
  const found = isHtml(answer)
    ? 'the answer is an HTML page'
    : `the SHA-256 of the bytes begins with ${hashes.sha256.toString('hex').slice(0, hash.length)}`;
  const mayBeNewer = original?.status === 200 && !reasonToReuse(200, answer.headers);
  return fail(
    'wrong bytes',
    mayBeNewer ? `${found}; they may be those of a newer deploy` : found,
    'turn off what changes files in front of the app; with a "fingerprint" that is not made from the content, pass --no-hash-check',
  );
}

/**
 * An `integrity` attribute accepts bytes that match any hash of its strongest
 * algorithm. Browsers ignore an attribute without a known algorithm
 * (https://www.w3.org/TR/SRI/#does-response-match-metadatalist).
 */
function judgeIntegrity(integrity: string, hashes: BodyHashes): Verdict {
  const expected = integrity
    .trim()
    .split(/\s+/)
    .flatMap((text) => {
      const [, algorithm, base64 = ''] = /^(sha256|sha384|sha512)-([^?]+)/.exec(text) ?? [];
      return algorithm === undefined ? [] : { algorithm: algorithm as keyof BodyHashes, hash: Buffer.from(base64, 'base64') };
    });
  const strongest = expected
    .map(({ algorithm }) => algorithm)
    .sort()
    .at(-1);
  const isMatch = ({ algorithm, hash }: (typeof expected)[number]) => algorithm === strongest && hashes[algorithm].equals(hash);
  if (strongest === undefined || expected.some(isMatch)) return pass('integrity', 'as the tag says');
  return fail(
    'wrong integrity',
    `the tag says ${integrity}`,
    'turn off what changes files in front of the app: minifiers, image optimizers',
  );
}

function judgeMadeUp(answers: readonly Answer[]): Verdict[] {
  const [first] = answers;
  if (first === undefined) return [];
  const { url, status, headers, failure } = first;
  if (status === undefined) return failure ? [fail('stale hash breaks', `${url}: ${failure.detail}`, failure.fix)] : [];
  if (status >= 500) return [fail('stale hash breaks', `${url} answers ${status}`, "read the server's log")];
  const answered = answers.filter((answer) => answer.status !== undefined);
  const hit = answered.map((answer) => signOfCdnHit(answer.headers)).find((sign) => sign !== undefined);
  if (answered.every(isNotFoundWithoutLifetime)) {
    const detail = `a made-up hash answers ${status} without a lifetime, so each cache chooses one`;
    const kept = hit ? `kept a ${status} without a lifetime` : 'kept nothing';
    return [advise('made-up-hash', detail, NOT_FOUND_ADVICE), pass('cdn', kept)];
  }
  return [
    answered.map(judgeReuseOfMadeUp).find((verdict) => verdict !== undefined) ??
      pass('made-up-hash', `${status}, ${headers['cache-control'] ?? 'no Cache-Control'}`),
    hit
      ? fail('kept by a cache', `a cache answered the second request for ${url} (${hit}), so it keeps stale hashes`, CACHE_KEY)
      : pass('cdn', 'kept nothing'),
  ];
}

function judgeReuseOfMadeUp({ url, status = 0, headers }: Answer): Verdict | undefined {
  const reason = reasonToReuse(status, headers);
  if (reason === undefined) return undefined;
  const fix =
    headers['cache-control'] === undefined
      ? "make proxies and CDNs pass on the app's Cache-Control"
      : 'remove header rules that match hashed names by a pattern, so that caches keep only files that exist';
  return fail('stale hash kept', `${url} answers ${status}, and ${reason}`, fix);
}

/**
 * Whether the file is not there, and the answer does not say for how long. A
 * cache may choose a lifetime (RFC 9110, section 15.5.5; RFC 9111, section
 * 4.2.2). CDNs choose a short one: Cloudflare 3 minutes
 * (https://developers.cloudflare.com/cache/how-to/configure-cache-status-code/),
 * CloudFront 10 seconds
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html).
 * This never gives wrong bytes, and the host decides it for all its paths.
 */
function isNotFoundWithoutLifetime({ status = 0, headers }: Answer): boolean {
  return (status === 404 || status === 410) && isGuessedLifetime(status, headers);
}

const NOT_FOUND_ADVICE =
  'nothing is wrong yet, but if a browser requests a file of a new deploy too early, a CDN may keep the 404 for some minutes; ' +
  'send "Cache-Control: no-store" with 404s to prevent this';
