import { type Answer, isHtml } from './answer.js';
import { CACHE_KEY, forbidsSharedReuse, isKeptLong, isKeptLongByShared, lifetimeHeader, signOfCdnHit } from './cache-headers.js';
import type { PlainFileAnswers } from './site-answers.js';
import { advises, holds, type Verdict } from './verdict.js';

/** Judges a file under its plain URL, which this package does not serve: all that it finds is advice. */
export function judgePlain({ kind, url, answer }: PlainFileAnswers): Verdict[] {
  const { status, failure, headers } = answer;
  // This package itself stopped reading a large file.
  const isBroken = failure !== undefined && failure.kind !== 'too-large';
  const verdicts = isBroken ? [advises('answer', failure.detail, failure.fix)] : [];
  // A URL with a hash or a version in it may be kept.
  if (status !== 200 || kind === 'other-hash' || url.search !== '') return verdicts;
  const sign = forbidsSharedReuse(headers) ? signOfCdnHit(headers) : undefined;
  const detail = `a cache in front answered (${sign}) although Cache-Control is "${headers['cache-control']}"`;
  return [...verdicts, judgeLifetime(answer), sign ? advises('cdn', detail, CACHE_KEY) : holds('cdn', 'kept nothing')];
}

function judgeLifetime(answer: Answer): Verdict {
  const header = lifetimeHeader(answer.headers);
  const isLong = isKeptLong(answer.headers);
  if (!isLong && !(isKeptLongByShared(answer.headers) && isStaticFile(answer))) return holds('header', header || 'none');
  return advises(
    'header',
    `its lifetime is "${header}" without a hash in the URL, so ${isLong ? 'visitors' : 'CDNs'} keep the old file after a deploy`,
    'link the file by asset(), <CachedScript> or <CachedStyle>, or remove the rule that sets this header',
  );
}

/** Next and route handlers may let CDNs keep what they make; for a file in `public/`, Next sends when it was modified. */
function isStaticFile(answer: Answer): boolean {
  return !isHtml(answer) && 'last-modified' in answer.headers;
}
