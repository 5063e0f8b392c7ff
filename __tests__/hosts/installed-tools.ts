import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { oneAtATime } from '../support/one-at-a-time';

/** Packages of npm that one suite needs, by their exact versions. */
export interface Tools {
  dependencies: Record<string, string>;
  /** The exact versions of dependencies that npm would not find. */
  overrides?: Record<string, string>;
}

/**
 * A folder with packages that are too large for `npm ci`. Kept between runs,
 * and filled anew when the versions differ.
 */
export function installedTools(name: string, tools: Tools): string {
  return oneAtATime(`install-${name}`, () => installOnce(name, tools));
}

function installOnce(name: string, { dependencies, overrides = {} }: Tools): string {
  const folder = path.join(fs.realpathSync(os.tmpdir()), 'next-smart-cache-tests', name);
  const marker = path.join(folder, 'installed.txt');
  const wanted = JSON.stringify({ private: true, dependencies, overrides });
  if (fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === wanted) return folder;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), wanted);
  // Scripts of packages would download binaries.
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], { cwd: folder, stdio: 'pipe' });
  fs.writeFileSync(marker, wanted);
  return folder;
}
