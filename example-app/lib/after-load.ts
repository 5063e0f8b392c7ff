/**
 * Runs a function as soon as the page has loaded, and so every script that
 * stands in its HTML has run.
 *
 * @returns takes it back, for `useEffect`.
 */
export function afterLoad(run: () => void): () => void {
  if (document.readyState === 'complete') {
    run();
    return () => {};
  }
  window.addEventListener('load', run, { once: true });
  return () => window.removeEventListener('load', run);
}
