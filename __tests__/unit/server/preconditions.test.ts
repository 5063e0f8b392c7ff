import { evaluatePreconditions } from '../../../src/server/preconditions';

const ETAG = '"0123"';

test.each<[ifNoneMatch: string, result: string]>([
  [ETAG, 'not-modified'],
  [`W/${ETAG}`, 'not-modified'],
  ['*', 'not-modified'],
  [' * ', 'not-modified'],
  [`"a,b", ${ETAG}`, 'not-modified'],
  [`"a",W/"b" , W/${ETAG}`, 'not-modified'],
  ['"4567"', 'true'],
  ['"01230"', 'true'],
  ['0123', 'true'],
  ['"*"', 'true'],
  ['', 'true'],
])('If-None-Match: %s is %s', (ifNoneMatch, result) => {
  expect(evaluatePreconditions({ 'if-none-match': ifNoneMatch }, ETAG)).toBe(result);
});

test.each<[ifMatch: string, result: string]>([
  [ETAG, 'true'],
  ['*', 'true'],
  [`"a", ${ETAG}`, 'true'],
  // The strong comparison of RFC 9110, section 8.8.3.2.
  [`W/${ETAG}`, 'failed'],
  ['"4567"', 'failed'],
  ['', 'failed'],
])('If-Match: %s is %s', (ifMatch, result) => {
  expect(evaluatePreconditions({ 'if-match': ifMatch }, ETAG)).toBe(result);
});

test('If-Match comes before If-None-Match, and dates count for nothing', () => {
  expect(evaluatePreconditions({ 'if-match': '"a"', 'if-none-match': ETAG }, ETAG)).toBe('failed');
  expect(evaluatePreconditions({ 'if-match': ETAG, 'if-none-match': ETAG }, ETAG)).toBe('not-modified');
  const date = new Date(0).toUTCString();
  expect(evaluatePreconditions({ 'if-modified-since': date, 'if-unmodified-since': date }, ETAG)).toBe('true');
});
