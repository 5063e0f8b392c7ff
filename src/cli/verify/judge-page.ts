import { type Answer, contentTypeOf, isHtml } from './answer.js';
import { forbidsSharedReuse, isKeptLong, lifetimeHeader, signOfCdnHit } from './cache-headers.js';
import type { PageEvidence } from './site-evidence.js';
import { fails, holds, type Verdict } from './verdict.js';

const PAGE_RULE = 'remove the rule in the CDN or proxy that keeps what its Cache-Control says not to keep, and empty its cache';

/** @param hashedUrls how many the page leads to. */
export function judgePage({ url, answer, again, hashOnPage }: PageEvidence, hashedUrls: number): Verdict[] {
  const { trouble, status } = answer;
  const verdicts: Verdict[] = [];
  if (trouble) verdicts.push(fails('answer', trouble.detail, trouble.fix));
  if (status === undefined || trouble?.kind === 'redirects') return verdicts;
  verdicts.push(status === 200 ? holds('status', '200') : fails('status', `it answers ${status}`, fixForStatus(status)));
  if (!isHtml(answer)) {
    const type = contentTypeOf(answer);
    return [
      ...verdicts,
      fails(
        'content-type',
        type ? `it is "${type}", and no HTML page` : 'there is none, so it is no HTML page',
        'verify a page: the files are found in its HTML',
      ),
    ];
  }
  verdicts.push(holds('content-type', contentTypeOf(answer)), judgeLifetime(answer), judgeKept(again ? [answer, again] : [answer]));
  if (trouble) return verdicts;
  verdicts.push(
    hashedUrls > 0
      ? holds('hashed-urls', String(hashedUrls))
      : fails(
          'hashed-urls',
          `none of the files that ${url.pathname} names has a hash in its URL`,
          'wrap next.config in withSmartCache and link files by asset(), <CachedScript> or <CachedStyle>; or verify another page',
        ),
  );
  if (hashOnPage.length > 0) verdicts.push(judgeHashOnPage(answer, hashOnPage));
  return verdicts;
}

function fixForStatus(status: number): string {
  if (status === 401) return 'pass a password: https://user:password@…';
  if (status === 403) return 'let this machine through the firewall in front of the site';
  return status === 404 ? 'check the path' : "look into the server's log";
}

/** A page that browsers keep names the files of an older deploy. */
function judgeLifetime({ headers }: Answer): Verdict {
  const header = lifetimeHeader(headers);
  if (!isKeptLong(headers)) return holds('header', header || 'none');
  return fails(
    'header',
    `it is "${header}", so visitors keep a page that names old files`,
    'let only files with a hash in their URL be kept for long',
  );
}

function judgeKept(answers: readonly Answer[]): Verdict {
  for (const { headers } of answers) {
    const sign = forbidsSharedReuse(headers) ? signOfCdnHit(headers) : undefined;
    if (sign) return fails('cdn', `it answered by itself (${sign}) although Cache-Control is "${headers['cache-control']}"`, PAGE_RULE);
  }
  return holds('cdn', 'kept nothing');
}

/**
 * Web cache deception: a page that answers to `/account/x.<valid hash>.css`,
 * taken for a file by a header rule or a CDN, and shown to the next one who asks.
 */
function judgeHashOnPage(page: Answer, probes: readonly Answer[]): Verdict {
  const isPrivate = forbidsSharedReuse(page.headers);
  for (const probe of probes) {
    const { status = 0, headers, url } = probe;
    if (status < 200 || status >= 300 || !isHtml(probe)) continue;
    if (isKeptLong(headers) || (isPrivate && !forbidsSharedReuse(headers))) {
      return fails(
        'hash-on-page',
        `${url} is a page, with the Cache-Control "${lifetimeHeader(headers)}"`,
        'remove header rules that match hashed names by a pattern: they reach pages too',
      );
    }
    const sign = isPrivate ? signOfCdnHit(headers) : undefined;
    if (sign)
      return fails(
        'hash-on-page',
        `${url} is a page, and a cache in front has kept it (${sign})`,
        'let the CDN go by Cache-Control, and not by what a path ends in',
      );
  }
  return holds(
    'hash-on-page',
    probes[0]?.status === undefined ? 'no answer' : `${probes[0].status}, ${probes[0].headers['cache-control'] ?? 'no Cache-Control'}`,
  );
}
