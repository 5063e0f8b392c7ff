import { readRange } from '../../../src/server/byte-range';
import fc from '../../support/seeded-fast-check';

const ETAG = '"0123"';
const WHOLE = undefined;
const NONE = 'unsatisfiable';

test.each<[range: string, result: ReturnType<typeof readRange>]>([
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=0-99', { start: 0, end: 99 }],
  ['bytes=0-100', { start: 0, end: 99 }],
  ['bytes=10-', { start: 10, end: 99 }],
  ['bytes=-10', { start: 90, end: 99 }],
  ['bytes=-1000', { start: 0, end: 99 }],
  ['bytes=99-', { start: 99, end: 99 }],
  ['BYTES=5-6', { start: 5, end: 6 }],
  ['bytes= 5-6 ', { start: 5, end: 6 }],
  ['bytes=,5-6,', { start: 5, end: 6 }],
  ['bytes=5-6,200-', { start: 5, end: 6 }],
  ['bytes=0-99999999999999999999999', { start: 0, end: 99 }],
  ['bytes=100-', NONE],
  ['bytes=-0', NONE],
  ['bytes=100-,200-300', NONE],
  ['bytes=99999999999999999999999-', NONE],
  ['bytes=0-1,5-6', WHOLE],
  [`bytes=${Array.from({ length: 100 }, (_, index) => `${index}-${index}`).join()}`, WHOLE],
  [`bytes=${'0-0,'.repeat(4000)}`, WHOLE],
  ['bytes=6-5', WHOLE],
  ['bytes=-', WHOLE],
  ['bytes=', WHOLE],
  ['bytes', WHOLE],
  ['bytes=a-b', WHOLE],
  ['bytes=0-1,x', WHOLE],
  ['bytes=1--2', WHOLE],
  ['bytes=-1-2', WHOLE],
  ['bytes=0x0-0x1', WHOLE],
  ['items=0-1', WHOLE],
  ['', WHOLE],
])('%s', (range, result) => {
  expect(readRange({ range }, 100, ETAG)).toEqual(result);
});

test('an empty file has no satisfiable range', () => {
  for (const range of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) expect(readRange({ range }, 0, ETAG)).toBe(NONE);
});

test.each<[ifRange: string, applies: boolean]>([
  [ETAG, true],
  ['"4567"', false],
  // Weak tags and dates do not tell whether the bytes are the same (RFC 9110, section 13.1.5).
  [`W/${ETAG}`, false],
  [new Date(0).toUTCString(), false],
  ['', false],
])('If-Range: %s', (ifRange, applies) => {
  const headers = { range: 'bytes=0-1', 'if-range': ifRange };
  expect(readRange(headers, 100, ETAG)).toEqual(applies ? { start: 0, end: 1 } : undefined);
});

test('a range is always inside the file', () => {
  const sign = fc.constantFrom(...'0123456789-,= \t', 'bytes=', 'x');
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 12 }), fc.nat(200), (signs, size) => {
      const range = readRange({ range: `bytes=${signs.join('')}` }, size, ETAG);
      if (typeof range !== 'object') return;
      expect(range.start >= 0 && range.start <= range.end && range.end < size).toBe(true);
    }),
    { numRuns: 5000 },
  );
});
