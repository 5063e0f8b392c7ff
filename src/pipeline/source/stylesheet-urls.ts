import { findReferences, locate } from '../references/find-references.js';
import type { Reference } from '../references/reference.js';
import type { LinkedUrl } from './linked-urls.js';
import { findSassUrls } from './sass-urls.js';

/** Finds what a stylesheet of the app loads, other stylesheets aside; nothing in one that cannot be read, as who compiles it says so. */
export function findStylesheetUrls(file: string, text: string): LinkedUrl[] {
  return (file.endsWith('.css') ? findCssUrls(text) : locate(findSassUrls(text, file.endsWith('.sass')), text)).map(
    ({ url, line, start }) => {
      const column = start - text.lastIndexOf('\n', start - 1);
      return { written: url, site: 'url()', isLookedUp: false, line, column };
    },
  );
}

function findCssUrls(text: string): Reference[] {
  const content = Buffer.from(text);
  const { references = [] } = findReferences('/stylesheet.css', content.length, () => content) ?? {};
  return references.filter(({ kind }) => kind === 'url' || kind === 'font');
}
