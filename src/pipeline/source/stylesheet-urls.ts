import path from 'node:path';
import { readTextIfThere } from '../disk/atomic-write.js';
import { findReferences, locate } from '../references/find-references.js';
import type { Reference } from '../references/reference.js';
import type { LinkedUrl } from './linked-urls.js';
import { findSassUrls } from './sass-urls.js';
import { readFolder } from './source-files.js';

/** Where PostCSS plugins are named: the files that Next and postcss-load-config look for. */
const POSTCSS_CONFIG = /^(?:postcss\.config\.\w+|\.postcssrc(?:\.\w+)?)$/;

const PLUGIN = 'next-smart-cache/postcss';

/**
 * Whether the stylesheets of an app go through this package's PostCSS plugin,
 * by what the nearest PostCSS config says: in the app's folder or above, as
 * Next looks for it.
 */
export function hasPostcssPlugin(folder: string): boolean {
  const configs = readFolder(folder)
    .filter(({ name }) => POSTCSS_CONFIG.test(name))
    .map(({ name }) => readTextIfThere(path.join(folder, name)) ?? '');
  const inPackage = postcssOfPackage(folder);
  if (inPackage) configs.push(inPackage);
  if (configs.length > 0) return configs.some((text) => text.includes(PLUGIN));
  const parent = path.dirname(folder);
  return parent !== folder && hasPostcssPlugin(parent);
}

function postcssOfPackage(folder: string): string | undefined {
  try {
    const { postcss } = JSON.parse(readTextIfThere(path.join(folder, 'package.json')) ?? '{}') as { postcss?: unknown };
    return postcss === undefined ? undefined : JSON.stringify(postcss);
  } catch {
    return undefined;
  }
}

/** Finds what a stylesheet of the app loads, other stylesheets aside; nothing in one that cannot be read, as who compiles it says so. */
export function findStylesheetUrls(file: string, text: string): LinkedUrl[] {
  return (file.endsWith('.css') ? findCssUrls(text) : locate(findSassUrls(text), text)).map(({ url, line, start }) => {
    const column = start - text.lastIndexOf('\n', start - 1);
    return { written: url, site: 'url()', isLookedUp: false, line, column };
  });
}

function findCssUrls(text: string): Reference[] {
  const content = Buffer.from(text);
  const { references = [] } = findReferences('/stylesheet.css', content.length, () => content) ?? {};
  return references.filter(({ kind }) => kind === 'url' || kind === 'font');
}
