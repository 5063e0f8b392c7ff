import { type Answer, isHtml } from './answer.js';
import { CACHE_KEY, forbidsSharedReuse, isKeptLong, isKeptLongByShared, lifetimeHeader, signOfCdnHit } from './cache-headers.js';
import type { PlainEvidence } from './site-evidence.js';
import { fails, holds, type Verdict } from './verdict.js';

/** Judges a file under its plain URL: nobody may keep it so long that a deploy goes unseen. */
export function judgePlain({ kind, url, answer }: PlainEvidence): Verdict[] {
  const { status, trouble, headers } = answer;
  // One that is merely large was ended by us.
  const isBroken = trouble !== undefined && trouble.kind !== 'too-large';
  const verdicts = isBroken ? [fails('answer', trouble.detail, trouble.fix)] : [];
  // Whoever puts a hash or a version into a URL may well let it be kept.
  if (status !== 200 || kind === 'other-hash' || url.search !== '') return verdicts;
  const sign = forbidsSharedReuse(headers) ? signOfCdnHit(headers) : undefined;
  const detail = `it answered by itself (${sign}) although Cache-Control is "${headers['cache-control']}"`;
  return [...verdicts, judgePlainLifetime(answer), sign ? fails('cdn', detail, CACHE_KEY) : holds('cdn', 'kept nothing')];
}

function judgePlainLifetime(answer: Answer): Verdict {
  const header = lifetimeHeader(answer.headers);
  const isLong = isKeptLong(answer.headers);
  if (!isLong && !(isKeptLongByShared(answer.headers) && isStaticFile(answer))) return holds('header', header || 'none');
  return fails(
    'header',
    `it is "${header}" on a URL without a hash, so ${isLong ? 'visitors' : 'CDNs'} keep an old file after a deploy`,
    'link the file by asset(), <CachedScript> or <CachedStyle>, and remove the rule that sets this header',
  );
}

/** Next and route handlers may let CDNs keep what they make; of a file in `public/`, Next says when it was modified. */
function isStaticFile(answer: Answer): boolean {
  return !isHtml(answer) && 'last-modified' in answer.headers;
}
