import fs from 'node:fs';
import path from 'node:path';

/** Lists the files below a folder, with `/`, sorted. A missing folder has none. */
export function listFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

/** File → bytes, as text that shows every byte. */
export function readFiles(folder: string): Record<string, string> {
  return Object.fromEntries(listFiles(folder).map((name) => [name, fs.readFileSync(path.join(folder, name)).toString('latin1')]));
}

/** File → the facts that change if a program writes, replaces, links or touches it. */
export function stampFiles(folder: string): Record<string, string> {
  return Object.fromEntries(
    listFiles(folder).map((name) => {
      const { ino, mode, nlink, size, mtimeNs, ctimeNs } = fs.lstatSync(path.join(folder, name), { bigint: true });
      return [name, [ino, mode, nlink, size, mtimeNs, ctimeNs].join(' ')];
    }),
  );
}

/** Runs an action without root's right to read everything: `chmod` means nothing to root. */
export function withoutRootRights<T>(action: () => T): T {
  if (process.getuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}
