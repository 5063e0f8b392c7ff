import { SmartCacheError } from '../../core/errors.js';

/**
 * The site that is meant.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE` for what is no `http:` or `https:` URL.
 */
export function parseTarget(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    url.hash = '';
    return url;
  }
  // `localhost:3000` reads like a scheme with something behind it.
  const isHostWithPort = /^[\w.-]+:\d+(?:[/?#]|$)/.test(written);
  const isOtherScheme = url !== undefined && !isHostWithPort;
  const guess = `${/^(?:localhost|127\.|\[::1\])/.test(written) ? 'http' : 'https'}://${written.replace(/^\/+/, '')}`;
  const isGuessable = !isOtherScheme && !/^https?:/i.test(written) && written !== '' && URL.canParse(guess);
  throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'This is no URL of a site',
    where: JSON.stringify(written),
    why: isOtherScheme
      ? `"${url.protocol}" is not HTTP`
      : isGuessable
        ? 'it does not begin with http:// or https://'
        : 'it cannot be read as a URL',
    fix: `next-smart-cache verify ${isGuessable ? guess : 'https://example.com/'}`,
  });
}
