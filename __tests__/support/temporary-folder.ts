import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const created: string[] = [];

afterAll(() => {
  for (const folder of created.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder, which is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'next-smart-cache-')));
  created.push(folder);
  return folder;
}

/** Writes files below a folder, by their paths with `/` in between. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}
