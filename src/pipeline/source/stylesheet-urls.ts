import fs from 'node:fs';
import path from 'node:path';
import { readTextIfThere } from '../atomic-write.js';
import { findCssReferences } from '../references/css-references.js';
import type { FoundReference } from '../references/reference.js';
import { ReferencesUnreadableError } from '../references/references-unreadable-error.js';
import type { LinkedUrl } from './linked-urls.js';

/** Where PostCSS plugins are named: the files that Next and postcss-load-config look for. */
const POSTCSS_CONFIG = /^(?:postcss\.config\.\w+|\.postcssrc(?:\.\w+)?)$/;

const PLUGIN = 'next-smart-cache/postcss';

/**
 * Whether the stylesheets of an app go through this package's PostCSS plugin,
 * by what the nearest PostCSS config says: in the app's folder or above, as
 * Next looks for it.
 */
export function hasPostcssPlugin(folder: string): boolean {
  const configs = namesIn(folder)
    .filter((name) => POSTCSS_CONFIG.test(name))
    .map((name) => readTextIfThere(path.join(folder, name)) ?? '');
  const inPackage = postcssOfPackage(folder);
  if (inPackage) configs.push(inPackage);
  if (configs.length > 0) return configs.some((text) => text.includes(PLUGIN));
  const parent = path.dirname(folder);
  return parent !== folder && hasPostcssPlugin(parent);
}

/** None in a folder above the app that this user may not look into. */
function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
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
export function findStylesheetUrls(text: string): LinkedUrl[] {
  let [line, lineStart] = [1, 0];
  return referencesOf(text)
    .filter(({ kind }) => kind === 'url' || kind === 'font')
    .sort((a, b) => a.start - b.start)
    .map(({ url, start }) => {
      for (let lineEnd = text.indexOf('\n', lineStart); lineEnd !== -1 && lineEnd < start; lineEnd = text.indexOf('\n', lineStart)) {
        lineStart = lineEnd + 1;
        line++;
      }
      return { written: url, site: 'url()', isLookedUp: false, line, column: start - lineStart + 1 };
    });
}

function referencesOf(text: string): FoundReference[] {
  try {
    return findCssReferences(text);
  } catch (error) {
    if (error instanceof ReferencesUnreadableError) return [];
    throw error;
  }
}
