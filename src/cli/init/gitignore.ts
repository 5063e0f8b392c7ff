import fs from 'node:fs';
import path from 'node:path';
import { DECLARATION_FILE } from '../../core/public-folder.js';
import { readTextIfThere } from '../../disk/files.js';
import { appendLines, readUtf8IfThere } from './text-edits.js';

/** The files that this package writes into an app's folder. */
const GENERATED = ['.smart-cache/', DECLARATION_FILE];

/** @returns the new text, or `undefined` if nothing is missing. */
export function planGitignore(root: string): string | undefined {
  const text = readUtf8IfThere(path.join(root, '.gitignore'));
  const isInRepository = isFoundAbove(root, '.git');
  if (text === undefined && !isInRepository) return undefined;
  const edited = addIgnoreLines(text ?? '', isInRepository ? ignoredAbove(root) : []);
  return edited === (text ?? '') ? undefined : edited;
}

/**
 * Adds the lines that a .gitignore lacks, at its end.
 *
 * @param above lines of the files in the folders above. Default: none.
 */
export function addIgnoreLines(text: string, above: readonly string[] = []): string {
  const present = new Set([...above, ...text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, ''))]);
  const missing = GENERATED.filter((line) => !present.has(line) && !present.has(line.replace(/\/$/, '')));
  return missing.length === 0 ? text : appendLines(text, ['# next-smart-cache', ...missing]);
}

/** The lines of the .gitignore files above a folder, up to the root of the repository. A line that begins with `/` does not reach into it. */
function ignoredAbove(folder: string): string[] {
  const parent = path.dirname(folder);
  if (parent === folder || fs.existsSync(path.join(folder, '.git'))) return [];
  const text = readTextIfThere(path.join(parent, '.gitignore')) ?? '';
  return [...text.split(/\r?\n/).map((line) => line.trim()), ...ignoredAbove(parent)];
}

/** Whether a folder, or one around it, has an entry of this name. */
export function isFoundAbove(folder: string, name: string): boolean {
  const parent = path.dirname(folder);
  return fs.existsSync(path.join(folder, name)) || (parent !== folder && isFoundAbove(parent, name));
}
