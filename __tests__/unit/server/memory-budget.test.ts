import { type Counted, createMemoryBudget, MOST_HITS } from '../../../src/server/memory-budget';
import fc from '../../support/seeded-fast-check';

test('keeps the items that are asked for, and releases the others', () => {
  const memory = createMemoryBudget(100);
  const released: string[] = [];
  const keep = (name: string, hits: number) => memory.keep({ hits }, 25, () => released.push(name));
  const popular = { hits: MOST_HITS };
  memory.keep(popular, 25, () => released.push('popular'));
  for (const name of 'abcdef') {
    popular.hits = MOST_HITS;
    keep(name, 1);
  }
  expect(released).toEqual(['a', 'b', 'c']);
  expect(memory.used()).toBe(100);
});

test('counts exactly the bytes that it keeps, and never more than the budget', () => {
  const item = fc.record({ cost: fc.nat(120), hits: fc.nat(MOST_HITS), asks: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(item), (sizes) => {
      const memory = createMemoryBudget(100);
      const kept = new Map<Counted, number>();
      for (const { cost, hits, asks } of sizes) {
        const counted = { hits };
        const before = [...kept.keys()][asks];
        if (before) before.hits = MOST_HITS;
        const isKept = memory.keep(counted, cost, () => kept.delete(counted));
        if (isKept) kept.set(counted, cost);
        expect(isKept).toBe(cost <= 100);
        expect(memory.used()).toBe([...kept.values()].reduce((sum, each) => sum + each, 0));
        expect(memory.used()).toBeLessThanOrEqual(100);
      }
    }),
  );
});
