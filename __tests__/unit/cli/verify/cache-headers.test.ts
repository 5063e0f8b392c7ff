import type { IncomingHttpHeaders } from 'node:http';
import { forbidsSharedReuse, parseCacheControl, reasonToReuse, signOfCdnHit } from '../../../../src/cli/verify/cache-headers';

const MODIFIED = { 'last-modified': 'Tue, 24 Nov 2026 00:00:00 GMT' };
const DATE = 'Thu, 26 Nov 2026 00:00:00 GMT';

test.each<[status: number, headers: IncomingHttpHeaders, reason: RegExp | undefined]>([
  [200, { 'cache-control': 'no-cache, max-age=60' }, undefined],
  [200, { 'cache-control': 'no-store, immutable' }, undefined],
  [200, { 'cache-control': 's-maxage=60' }, /s-maxage=60/],
  [200, { 'cache-control': 'max-age=0, s-maxage=60' }, /s-maxage=60/],
  [200, { 'cache-control': 'immutable' }, /immutable/],
  // 0 is a lifetime: caches do not guess one, and ignore Expires.
  [200, { 'cache-control': 'max-age=0', ...MODIFIED }, undefined],
  [200, { 'cache-control': 'max-age=0', expires: 'Fri, 27 Nov 2026 00:00:00 GMT', date: DATE }, undefined],
  [200, { expires: 'Fri, 27 Nov 2026 00:00:00 GMT', date: DATE }, /Expires/],
  [200, { expires: 'Thu, 26 Nov 2020 00:00:00 GMT', date: 'Wed, 25 Nov 2020 00:00:00 GMT' }, /Expires/],
  // A past or invalid date is a lifetime of 0.
  [200, { expires: '0', date: DATE, ...MODIFIED }, undefined],
  [404, { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }, undefined],
  [200, MODIFIED, /Last-Modified/],
  [200, { 'cache-control': 'private', ...MODIFIED }, undefined],
  [404, {}, /keep a 404/],
  [404, { 'cache-control': 'private' }, undefined],
  [403, MODIFIED, undefined],
  [500, {}, undefined],
  // The first of two directives with one name counts.
  [200, { 'cache-control': 'max-age=0, max-age=60' }, undefined],
  [200, { 'cache-control': 'max-age="60"' }, /60/],
  [200, { 'cache-control': 'x="a, immutable, b", max-age=0' }, undefined],
])('finds the reason to reuse %d %j: %p', (status, headers, reason) => {
  if (reason) expect(reasonToReuse(status, headers)).toMatch(reason);
  else expect(reasonToReuse(status, headers)).toBeUndefined();
});

test.each([
  ['private', true],
  ['no-store', true],
  ['no-cache', true],
  ['max-age=0', true],
  ['max-age=60, s-maxage=0', true],
  ['max-age=0, s-maxage=60', false],
  ['max-age=60', false],
  ['', false],
])('tells whether "%s" forbids shared reuse: %p', (cacheControl, isForbidden) => {
  expect(forbidsSharedReuse({ 'cache-control': cacheControl })).toBe(isForbidden);
});

test.each<[IncomingHttpHeaders, sign: string | undefined]>([
  [{ 'x-cache': 'HIT' }, 'X-Cache: HIT'],
  [{ 'x-cache': 'MISS, HIT' }, 'X-Cache: MISS, HIT'],
  [{ 'x-cache': 'TCP_MEM_HIT from a1' }, 'X-Cache: TCP_MEM_HIT from a1'],
  [{ 'x-cache': 'RefreshHit from cloudfront' }, undefined],
  [{ 'x-cache': 'TCP_REFRESH_HIT from a1' }, undefined],
  [{ 'x-cache': 'MISS' }, undefined],
  [{ 'x-cache-status': 'HIT' }, 'X-Cache-Status: HIT'],
  [{ 'x-proxy-cache': 'HIT' }, 'X-Proxy-Cache: HIT'],
  [{ 'cf-cache-status': 'HIT' }, 'Cf-Cache-Status: HIT'],
  [{ 'cf-cache-status': 'STALE' }, 'Cf-Cache-Status: STALE'],
  [{ 'cf-cache-status': 'DYNAMIC' }, undefined],
  [{ 'cf-cache-status': 'REVALIDATED' }, undefined],
  [{ 'x-varnish': '123 45' }, 'X-Varnish: 123 45'],
  [{ 'x-varnish': '123' }, undefined],
  [{ age: '12' }, 'Age: 12'],
  [{ age: '0' }, undefined],
  [{ 'cache-status': 'Origin; fwd=miss, Edge; hit; ttl=30' }, 'Cache-Status: Origin; fwd=miss, Edge; hit; ttl=30'],
  [{ 'cache-status': 'Edge; hit=?1' }, 'Cache-Status: Edge; hit=?1'],
  [{ 'cache-status': 'Edge; hit=?0' }, undefined],
  // A cache name and free text.
  [{ 'cache-status': 'hit; fwd=miss' }, undefined],
  [{ 'cache-status': 'Edge; detail="a; hit; b"' }, undefined],
  // Vercel and Netlify empty their caches with every deploy, but a hit of a private answer is still a leak.
  [{ 'x-vercel-id': 'x', 'x-vercel-cache': 'HIT', 'cache-control': 'public, max-age=0' }, undefined],
  [{ 'x-nf-request-id': 'x', age: '9', 'cache-control': 'public, max-age=0' }, undefined],
  [{ 'x-vercel-id': 'x', 'x-vercel-cache': 'HIT', 'cache-control': 'private' }, 'X-Vercel-Cache: HIT'],
  [{ 'x-nf-request-id': 'x', age: '9', 'cache-control': 'no-store' }, 'Age: 9'],
])('finds the sign of a cache hit in %j: %p', (headers, sign) => {
  expect(signOfCdnHit(headers)).toBe(sign);
});

test('ignores seconds that are not a number', () => {
  expect(parseCacheControl('max-age=soon').seconds('max-age')).toBeUndefined();
});
