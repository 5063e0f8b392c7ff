/**
 * Runs a function once the page has loaded, when every script in its HTML has run.
 *
 * @returns cancels it: the cleanup of a `useEffect`.
 */
export function afterLoad(run: () => void): () => void {
  if (document.readyState === 'complete') {
    run();
    return () => {};
  }
  window.addEventListener('load', run, { once: true });
  return () => window.removeEventListener('load', run);
}
