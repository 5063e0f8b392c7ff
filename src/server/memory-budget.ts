/** An item that may be kept in memory. */
export interface Counted {
  /** How often it was asked for, up to {@link MOST_HITS}. The owner counts. */
  hits: number;
}

/** Enough to tell which items are asked for often. */
export const MOST_HITS = 15;

export interface MemoryBudget {
  /**
   * Keeps an item, and releases others if the budget needs that.
   *
   * @param cost bytes, with everything that belongs to the item.
   * @param release forgets the item.
   * @returns whether the item is kept. An item that costs more than the whole budget is not.
   */
  keep(item: Counted, cost: number, release: () => void): boolean;
  /** Bytes. */
  used(): number;
}

/**
 * Keeps the items that are asked for most. If the budget is used up, it goes through the
 * items in turn: it halves the hits of an item that was asked for, and releases
 * an item without hits (the "generalized clock" algorithm). A hit therefore costs
 * one addition, and nothing has to be sorted.
 *
 * @param budget bytes.
 */
export function createMemoryBudget(budget: number): MemoryBudget {
  // A map keeps the order of insertion, so adding an item again moves it to the end.
  const items = new Map<Counted, { cost: number; release: () => void }>();
  let used = 0;
  return {
    keep(item, cost, release) {
      if (cost > budget) return false;
      for (const [candidate, kept] of items) {
        if (used + cost <= budget) break;
        items.delete(candidate);
        candidate.hits >>= 1;
        if (candidate.hits > 0) {
          items.set(candidate, kept);
          continue;
        }
        used -= kept.cost;
        kept.release();
      }
      items.set(item, { cost, release });
      used += cost;
      return true;
    },
    used: () => used,
  };
}
