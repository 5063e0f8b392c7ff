import type { Encoding } from '../../../src/core/content-types';
import { createNegotiation } from '../../../src/server/accept-encoding';
import fc from '../../support/seeded-fast-check';

const ALL: readonly Encoding[] = ['br', 'zstd', 'gzip'];

test.each<[header: string | undefined, available: readonly Encoding[], coding: string]>([
  [undefined, ALL, 'identity'],
  ['', ALL, 'identity'],
  ['identity', ALL, 'identity'],
  ['gzip', ALL, 'gzip'],
  ['GZIP', ALL, 'gzip'],
  // As Chromium and Firefox send it.
  ['gzip, deflate, br, zstd', ALL, 'br'],
  ['gzip, deflate, br, zstd', ['gzip'], 'gzip'],
  ['gzip, deflate, br, zstd', [], 'identity'],
  ['zstd, gzip', ALL, 'zstd'],
  ['deflate', ALL, 'identity'],
  ['br;q=0.5, gzip', ALL, 'gzip'],
  ['br;q=0.5, gzip;q=0.5', ALL, 'br'],
  ['br;q=0.001, gzip;q=0', ALL, 'br'],
  ['br;q=0', ALL, 'identity'],
  ['gzip;q=0, br', ['gzip'], 'identity'],
  ['gzip;q=0.5, identity', ALL, 'identity'],
  ['gzip;q=0.5, identity;q=0.5', ALL, 'gzip'],
  ['*', ALL, 'br'],
  ['*;q=0.5, gzip', ALL, 'gzip'],
  ['*, br;q=0', ALL, 'zstd'],
  ['identity;q=0, gzip', ALL, 'gzip'],
  // No coding is acceptable: RFC 9110, section 12.4.1, allows to ignore the header.
  ['identity;q=0', ALL, 'identity'],
  ['*;q=0', ALL, 'identity'],
  ['gzip;q=yes, br;q=', ALL, 'identity'],
  [',,;;=,gzip', ALL, 'gzip'],
])('%j chooses among %j: %s', (header, available, coding) => {
  const negotiate = createNegotiation();
  expect([negotiate(header, available), negotiate(header, available)]).toEqual([coding, coding]);
});

test('a choice is never remembered for another header or another file', () => {
  const negotiate = createNegotiation();
  const header = fc.array(fc.constantFrom('br', 'gzip', 'zstd', '*', 'identity', ';q=0', ';q=0.5', ', ', 'x'.repeat(150)), {
    maxLength: 8,
  });
  const lists = [ALL, ['br'], ['gzip'], []] as const;
  fc.assert(
    fc.property(header, fc.constantFrom(...lists), (parts, available) => {
      const text = parts.join('');
      const choice = negotiate(text, available);
      expect(choice).toBe(createNegotiation()(text, available));
      expect(['identity', ...available]).toContain(choice);
    }),
    { numRuns: 1000 },
  );
});
