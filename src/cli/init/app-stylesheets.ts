import { readTextIfThere } from '../../pipeline/disk/atomic-write.js';
import type { LinkingFiles } from '../../pipeline/source/source-files.js';

/** Which stylesheets an app has, besides those that its document links. */
export interface AppStylesheets {
  /** Whether Next bundles any; in the App Router, React hoists those. */
  areBundled: boolean;
  /** Whether React hoists any that the author has written. */
  areHoisted: boolean;
  /** Whether `next/head` puts any into the head, in front of what `_document` has there. */
  areInNextHead: boolean;
}

export const NO_STYLESHEETS: AppStylesheets = { areBundled: false, areHoisted: false, areInNextHead: false };

const IMPORTED = /\b(?:import|from|require\s*\()\s*["']([^"']+)["']/g;
const HOISTED = /\bprecedence\s*[=:,}]|\bCachedStyle\b/;
const LINKED = /stylesheet|<style\b/i;

/** No parser, on purpose: what a comment mentions counts too, and costs no more than that a stylesheet stays a plain link. */
export function findAppStylesheets({ scripts, stylesheets }: LinkingFiles): AppStylesheets {
  const found = { ...NO_STYLESHEETS, areBundled: stylesheets.length > 0 };
  for (const file of scripts) {
    // One that was deleted meanwhile has none.
    const text = readTextIfThere(file) ?? '';
    const modules = [...text.matchAll(IMPORTED)].map(([, module = '']) => module);
    found.areBundled ||= modules.some((module) => isStylesheet(module) || module.startsWith('next/font/'));
    found.areHoisted ||= HOISTED.test(text);
    found.areInNextHead ||= modules.includes('next/head') && LINKED.test(text);
  }
  return found;
}

/** Whether a module is a stylesheet, or what some tool makes one of (`theme.css.ts`, as it is imported). */
export function isStylesheet(module: string): boolean {
  return /\.(?:css|s[ac]ss|less)$/.test(module);
}
