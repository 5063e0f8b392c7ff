import { SmartCacheError } from '../../core/errors.js';

export interface Target {
  /** Without credentials: they are passed on to the site that they are meant for, and shown nowhere. */
  url: URL;
  /** `user:password`, for one origin alone. */
  credentials: { origin: string; auth: string } | undefined;
}

/**
 * The site that is meant.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for what is no `http:` or `https:` URL.
 */
export function parseTarget(written: string): Target {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw noSite(written, url);
  url.hash = '';
  return { url: withoutCredentials(url), credentials: credentialsOf(url, written) };
}

export function withoutCredentials(url: URL): URL {
  const changed = new URL(url);
  changed.username = changed.password = '';
  return changed;
}

/** A URL that may be pasted into a shell: a server may have put `$(…)` into it. */
export function shellWord(url: string): string {
  return /^[\w:/.~%@-]+$/.test(url) ? url : `'${url.replaceAll("'", '%27')}'`;
}

function credentialsOf({ origin, username, password }: URL, written: string): Target['credentials'] {
  if (!username && !password) return undefined;
  try {
    return { origin, auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` };
  } catch {
    throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
      what: 'The user or password of this URL cannot be read',
      where: JSON.stringify(maskCredentials(written)),
      why: 'it holds a "%" that does not stand for a byte, or bytes that are not UTF-8',
      fix: 'write each "%" of the password as "%25"',
    });
  }
}

function noSite(written: string, url: URL | undefined): SmartCacheError {
  const shown = maskCredentials(written);
  // `localhost:3000` and `user:password@host` read like a scheme with something behind it.
  const isHost = /^[\w.-]+:\d+(?:[/?#]|$)/.test(written) || shown.startsWith(MASK);
  const isOtherScheme = url !== undefined && !isHost;
  const host = shown.replace(MASK, '').replace(/^\/+/, '');
  const scheme = /^(?:localhost|127\.|\[::1\])/.test(host) ? 'http' : 'https';
  const guess = `${scheme}://${shown.replace(/^\/+/, '')}`;
  const isGuessable = !isOtherScheme && !/^https?:/i.test(written) && written !== '' && URL.canParse(guess);
  return new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'This is no URL of a site',
    where: JSON.stringify(shown),
    why: isOtherScheme
      ? `"${url.protocol}" is not HTTP`
      : isGuessable
        ? 'it does not begin with http:// or https://'
        : 'it cannot be read as a URL',
    fix: `next-smart-cache verify ${isGuessable ? guess : 'https://example.com/'}`,
  });
}

const MASK = '***@';

/** All up to the last `@`, since a password that is not escaped may hold anything. */
function maskCredentials(written: string): string {
  return written.replace(/^([a-z][a-z\d+.-]*:\/\/|\/\/)?.*@/is, (_, scheme = '') => scheme + MASK);
}
