// Lists, counts and writes the files of a tree.
import fs from 'node:fs';
import path from 'node:path';

export function countFiles(folder) {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

/** `write(file, content)` for files below a folder, folders on the way included. */
export function writerInto(folder) {
  const made = new Set();
  return (file, content) => {
    const target = path.join(folder, file);
    const parent = path.dirname(target);
    if (!made.has(parent)) fs.mkdirSync(parent, { recursive: true });
    made.add(parent);
    fs.writeFileSync(target, content);
  };
}

export function requireFreeDisk(folder, bytes) {
  const { bavail, bsize } = fs.statfsSync(folder);
  const megabytes = (count) => `${Math.round(count / 1e6)} MB`;
  if (bavail * bsize < bytes) throw new Error(`${folder} has ${megabytes(bavail * bsize)} free, and ${megabytes(bytes)} are needed`);
}
