import path from 'node:path';
import { isAround } from '../../pipeline/source/source-packages.js';

/** Which stylesheets an app has, besides those that its document links. */
export interface AppStylesheets {
  /** The files, `pages/` aside, that import some: Next bundles these, and in the App Router React hoists them. */
  importing: readonly string[];
  /** Whether React hoists any that the author has written. */
  areHoisted: boolean;
  /** Whether `next/head` puts any into the head, in front of what `_document` has there. */
  areInNextHead: boolean;
}

export const NO_STYLESHEETS: AppStylesheets = { importing: [], areHoisted: false, areInNextHead: false };

const IMPORTED = /\b(?:(?:import|require)\s*\(|import|from)\s*["']([^"']+)["']/g;
const HOISTED = /\bprecedence\s*[=:,}]|\bCachedStyle\b/;
const LINKED = /stylesheet|<style\b/i;

/** No parser, on purpose: what a comment mentions counts too, and costs no more than that a stylesheet stays a plain link. */
export function findAppStylesheets(contents: ReadonlyMap<string, Buffer>, root: string): AppStylesheets {
  const importing: string[] = [];
  const found = { ...NO_STYLESHEETS, importing };
  for (const [file, content] of contents) {
    const text = content.toString();
    const modules = [...text.matchAll(IMPORTED)].map(([, module = '']) => module);
    if (!isOfPagesRouter(file, root) && modules.some(bringsStylesheet)) importing.push(file);
    found.areHoisted ||= HOISTED.test(text);
    found.areInNextHead ||= modules.includes('next/head') && LINKED.test(text);
  }
  return found;
}

/** A stylesheet, what some tool makes one of (`theme.css.ts`, as it is imported), or a font. */
function bringsStylesheet(module: string): boolean {
  return /\.(?:css|s[ac]ss|less)$|^next\/font\//.test(module);
}

function isOfPagesRouter(file: string, root: string): boolean {
  return ['pages', 'src/pages'].some((folder) => isAround(path.join(root, folder), file));
}
