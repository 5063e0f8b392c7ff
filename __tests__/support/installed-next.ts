import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const repository = path.resolve(__dirname, '../..');

/** The Next versions that the suites run on, and why. */
export const NEXT_VERSIONS = {
  /** What a new app gets today. */
  latest: { next: '16.4.6', react: '19.3.1' },
  /** The last of the release line before: apps that are slow to upgrade are on it. */
  previous: { next: '15.5.29', react: '19.3.1' },
} as const;
export type NextLine = keyof typeof NEXT_VERSIONS;

/**
 * A folder outside the repository with Next and the packed tarball of this
 * package installed, as npm installs them for a user. Apps are put in folders
 * below it. Kept between runs and filled anew when the tarball differs.
 */
export function installedNext(line: NextLine): string {
  const { next, react } = NEXT_VERSIONS[line];
  const folder = path.join(fs.realpathSync(os.tmpdir()), 'next-smart-cache-tests', `next-${next}`);
  const tarball = packOnce();
  const wanted = `${next} ${react} ${hashOf(tarball)}`;
  const marker = path.join(folder, 'installed.txt');
  if (fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === wanted) return folder;
  fs.rmSync(marker, { force: true });
  fs.rmSync(path.join(folder, 'package-lock.json'), { force: true });
  fs.mkdirSync(path.join(folder, 'apps'), { recursive: true });
  const dependencies = { next, react, 'react-dom': react, 'next-smart-cache': `file:${tarball}` };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder, stdio: 'pipe' });
  fs.writeFileSync(marker, wanted);
  return folder;
}

let packed: string | undefined;

/** Packs what `npm run build` left in dist/, once a test process. */
export function packOnce(): string {
  if (packed) return packed;
  const target = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'next-smart-cache-pack-'));
  const [report] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', target], { cwd: repository, encoding: 'utf8' }));
  packed = path.join(target, (report as { filename: string }).filename);
  return packed;
}

/** npm writes the same tarball for the same files, so its bytes tell whether an installation is current. */
function hashOf(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}
