import { type Answer, contentTypeOf, isHtml } from './answer.js';
import { CACHE_KEY, parseCacheControl, reasonToReuse, signOfCdnHit } from './cache-headers.js';
import { matchingAlgorithm, satisfiesIntegrity } from './hash-match.js';
import type { HashedEvidence } from './site-evidence.js';
import { hashOf } from './url-kind.js';
import { fails, holds, type Verdict } from './verdict.js';

/** What is known besides the answers. */
export interface HashedContext {
  /** Whether the file is one of several that name each other in a circle. */
  isInCircle: boolean;
  /** Whether hashes are compared with bytes. */
  checksHash: boolean;
}

const YEAR = 31_536_000;

const LET_THROUGH = 'let proxies and CDNs pass the Cache-Control of the app on, and set none of their own for these paths';

/** Judges a file under a hashed URL: what is promised for a year must be what the name says. */
export function judgeHashed(evidence: HashedEvidence, context: HashedContext): Verdict[] {
  const { answer, integrity, madeUp } = evidence;
  if (answer.status !== undefined && answer.status !== 200) return [judgeStatus(answer)];
  const verdicts: Verdict[] = [];
  if (answer.trouble) verdicts.push(fails('answer', answer.trouble.detail, answer.trouble.fix));
  if (answer.status === undefined) return verdicts;
  verdicts.push(holds('status', '200'), judgeImmutable(evidence), ...judgeContentType(evidence));
  if (context.checksHash && answer.body?.digests) verdicts.push(judgeHash(evidence, context));
  if (integrity && answer.body?.digests) {
    verdicts.push(
      satisfiesIntegrity(integrity, answer.body.digests)
        ? holds('integrity', 'as the tag says')
        : fails('integrity', `the tag says ${integrity}`, 'let nothing in front of the app change its files (minifiers, image optimisers)'),
    );
  }
  return [...verdicts, ...judgeMadeUp(madeUp)];
}

function judgeStatus({ status = 0, headers }: Answer): Verdict {
  const { location } = headers;
  if (location !== undefined) {
    return fails(
      'status',
      `it answers ${status} and leads to ${location}`,
      'let middleware and proxies leave hashed URLs alone; leave files that want a session out of the hashed ones: exclude',
    );
  }
  if (status === 401 || status === 403) {
    return fails(
      'status',
      `it answers ${status}`,
      'leave files that want a session out of the hashed ones (exclude), or pass a password: https://user:password@…',
    );
  }
  if (status === 404) {
    return fails('status', 'it answers 404', 'let page and files come from one deploy, and deploy .next/static with it');
  }
  return fails('status', `it answers ${status}`, "look into the server's log");
}

function judgeImmutable({ answer, again }: HashedEvidence): Verdict {
  const { headers } = answer;
  const header = headers['cache-control'];
  const { has, seconds } = parseCacheControl(header);
  const isRight =
    has('public') && has('immutable') && (seconds('max-age') ?? 0) >= YEAR && !has('private') && !has('no-store') && !has('no-cache');
  if (isRight) return obstacleToReuse(again ? [answer, again] : [answer]) ?? holds('header', header ?? '');
  if (header === undefined) return fails('header', `there is no Cache-Control; "public, max-age=${YEAR}, immutable" is due`, LET_THROUGH);
  const detail = `it is "${header}"; "public, max-age=${YEAR}, immutable" is due`;
  if (seconds('max-age') !== 0 && !has('no-store')) return fails('header', detail, LET_THROUGH);
  // So answers an app to a hash that it does not know.
  return fails(
    'header',
    detail,
    'verify what "next start" serves, not "next dev"; let page and files come from one deploy; otherwise a proxy sets this header',
  );
}

/** What keeps caches from a file that they may keep by its `Cache-Control`. */
function obstacleToReuse(answers: readonly Answer[]): Verdict | undefined {
  // RFC 9111, section 4.1: `*` matches no request.
  if (answers.some(({ headers: { vary } }) => vary?.split(',').some((name) => name.trim() === '*'))) {
    return fails('header', 'it is "Vary: *", so no cache may ever answer from this', 'remove what sets "Vary: *" for these paths');
  }
  // The first answer's cookies alone: what the edge adds to each (bot managers, load balancers) has another value in every one.
  const [first = []] = answers.map(({ headers }) => headers['set-cookie']);
  const shared = answers
    .slice(1)
    .find(({ headers }) => signOfCdnHit(headers) && headers['set-cookie']?.some((cookie) => first.includes(cookie)));
  if (shared === undefined) return undefined;
  return fails(
    'header',
    `it holds a Set-Cookie that a cache in front has kept (${signOfCdnHit(shared.headers)}): one visitor's cookie is handed to all others`,
    'let middleware and proxies set no cookie for these paths, and empty the cache',
  );
}

/** The types that browsers run as a script (WHATWG MIME Sniffing, "JavaScript MIME type"). */
const JAVASCRIPT_TYPE = /^(?:application|text)\/(?:x-)?(?:java|ecma)script$|^text\/(?:javascript1\.[0-5]|jscript|livescript)$/;

/** `X-Content-Type-Options: nosniff` has browsers refuse sheets and scripts of another type (Fetch Standard, "should response be blocked due to nosniff"). */
function judgeContentType({ url, answer }: HashedEvidence): Verdict[] {
  const [, extension = ''] = /\.(css|m?js)$/i.exec(url.pathname) ?? [];
  const isNosniff = /^\s*nosniff\s*(?:,|$)/i.test(String(answer.headers['x-content-type-options'] ?? ''));
  if (extension === '' || !isNosniff) return [];
  const type = contentTypeOf(answer);
  const isSheet = extension.toLowerCase() === 'css';
  if (isSheet ? type === 'text/css' : JAVASCRIPT_TYPE.test(type)) return [holds('content-type', type)];
  return [
    fails(
      'content-type',
      `${type ? `it is "${type}"` : 'there is none'}, and with "X-Content-Type-Options: nosniff" browsers refuse the file`,
      `let the server send "Content-Type: ${isSheet ? 'text/css' : 'text/javascript'}" for these paths`,
    ),
  ];
}

function judgeHash({ url, answer, original }: HashedEvidence, { isInCircle }: HashedContext): Verdict {
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
    why,
    'let nothing in front of the app change its files; with a "fingerprint" that is not made from the content, pass --no-hash-check',
  );
}

/** The same path with a hash that nobody has issued, asked for twice. */
function judgeMadeUp(answers: readonly Answer[]): Verdict[] {
  const answered = answers.filter(({ status }) => status !== undefined);
  const first = answered[0];
  if (first?.status === undefined) {
    const trouble = answers[0]?.trouble;
    return trouble ? [fails('made-up-hash', `${answers[0]?.url}: ${trouble.detail}`, trouble.fix)] : [];
  }
  if (first.status >= 500) return [fails('made-up-hash', `${first.url} answers ${first.status}`, "look into the server's log")];
  const reusable = answered.find(({ status = 0, headers }) => reasonToReuse(status, headers));
  const kept = answered.map(({ headers }) => signOfCdnHit(headers)).find((sign) => sign !== undefined);
  return [
    reusable
      ? fails(
          'made-up-hash',
          `${reusable.url} answers ${reusable.status}, and ${reasonToReuse(reusable.status ?? 0, reusable.headers)}`,
          reusable.headers['cache-control'] === undefined
            ? 'let the server answer "Cache-Control: no-store" for what is not there'
            : 'remove header rules that match hashed names by a pattern; only files that are there may be kept',
        )
      : holds('made-up-hash', `${first.status}, ${first.headers['cache-control'] ?? 'no Cache-Control'}`),
    kept
      ? fails('cdn', `it answered the second time for ${first.url} by itself (${kept}): it keeps stale hashes`, CACHE_KEY)
      : holds('cdn', 'kept nothing'),
  ];
}
