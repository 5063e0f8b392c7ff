import { visible } from '../core/message-text.js';
import type { Coding } from './accept-encoding.js';
import { UnusableFile } from './checked-file.js';
import type { StoreFile } from './store-files.js';

/** The process or the system has no room for another open file. The files on disk may be right. */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'this process may not open more files; raise its limit ("ulimit -n", or LimitNOFILE= for systemd), and restart this server',
  ENFILE: 'this machine may not open more files; raise its limit ("sysctl fs.file-max")',
};

/** Whether the server could not read a file because too many are open. */
export function isLimit(error: unknown): boolean {
  return error instanceof UnusableFile && Object.hasOwn(LIMITS, error.code ?? '');
}

/**
 * Makes a function that says which file on disk the server could not use, once
 * for each, and what to do.
 *
 * @param coding that of the file on disk.
 */
export function createReport(): (file: StoreFile, coding: Coding, error: unknown) => void {
  const reported = new Set<string>();
  return ({ url }, coding, error) => {
    const limit = isLimit(error) ? LIMITS[(error as UnusableFile).code ?? ''] : undefined;
    const key = limit ?? `${coding} ${url}`;
    if (reported.has(key)) return;
    reported.add(key);
    const outcome = coding === 'identity' || limit !== undefined ? `left ${url} to Next` : `sent ${url} without its ${coding} variant`;
    const why = error instanceof Error ? error.message : String(error);
    console.warn(visible(`next-smart-cache: ${outcome}: ${why}${limit === undefined ? `; ${fixFor(coding)}` : `: ${limit}`}`));
  };
}

function fixFor(coding: Coding): string {
  return coding === 'identity'
    ? 'run "next build" again, and then restart this server'
    : 'copy the folder of this variant from the build again, or run "next build" again';
}
