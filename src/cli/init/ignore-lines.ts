import { newlineOf } from './code-style.js';

/** What this package writes into an app's folder. */
const WRITTEN = ['.smart-cache/', 'smart-cache-env.d.ts'];

/** Adds to a .gitignore what is not there yet, at its end. */
export function addIgnoreLines(text: string): string {
  const newline = newlineOf(text);
  const covered = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, '').replace(/\/$/, '')));
  const missing = WRITTEN.filter((line) => !covered.has(line.replace(/\/$/, '')));
  if (missing.length === 0) return text;
  const start = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline;
  return `${text}${start}${['# next-smart-cache', ...missing].join(newline)}${newline}`;
}
