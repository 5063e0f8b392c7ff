const KEY = 'smart-cache-return-to';

/** Before a navigation to this same page: the next page view is to start at this section, not at the top. */
export function returnTo(sectionId: string): void {
  try {
    sessionStorage.setItem(KEY, sectionId);
  } catch {
    // Storage is forbidden: the page then starts at its top.
  }
}

/** After it. */
export function scrollToReturnedSection(): void {
  try {
    const sectionId = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (sectionId) document.getElementById(sectionId)?.scrollIntoView({ behavior: 'instant' });
  } catch {
    // See above.
  }
}
