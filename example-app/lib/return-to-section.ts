const KEY = 'smart-cache-return-to';

/** Call it before a navigation to the same page: the next page view scrolls to this section. */
export function returnTo(sectionId: string): void {
  try {
    sessionStorage.setItem(KEY, sectionId);
  } catch {
    // The browser forbids storage: the page starts at its top.
  }
}

/** Call it after that navigation. */
export function scrollToReturnedSection(): void {
  try {
    const sectionId = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (sectionId) document.getElementById(sectionId)?.scrollIntoView({ behavior: 'instant' });
  } catch {
    // The browser forbids storage.
  }
}
