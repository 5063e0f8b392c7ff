import { useSyncExternalStore } from 'react';
import type { Comparison } from './comparison';

/** The last digit goes up whenever `Comparison` changes its shape. */
const KEY = 'smart-cache-comparison-1';

let current: Comparison | undefined;
let isRead = false;
const listeners = new Set<() => void>();

/** The comparison that this browser made last, kept across visits; none while the server renders. */
export function useSavedComparison(): Comparison | undefined {
  return useSyncExternalStore(subscribe, read, () => undefined);
}

export function saveComparison(comparison: Comparison): void {
  current = comparison;
  for (const notify of listeners) notify();
  try {
    localStorage.setItem(KEY, JSON.stringify(comparison));
  } catch {
    // Storage is full or forbidden: the comparison then lasts as long as the page.
  }
}

function read(): Comparison | undefined {
  if (!isRead) {
    isRead = true;
    try {
      const text = localStorage.getItem(KEY);
      if (text) current = JSON.parse(text) as Comparison;
    } catch {
      // Forbidden, or not ours: as if nothing had been saved.
    }
  }
  return current;
}

function subscribe(notify: () => void): () => void {
  listeners.add(notify);
  return () => listeners.delete(notify);
}
