import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SmartCacheError } from '../core/errors.js';

interface SupportedVersions {
  oldest: readonly [major: number, minor: number];
  newestMajor: number;
  /** What is to be installed together. */
  install: readonly string[];
}

/** The same as `peerDependencies` say, which package managers only warn about. */
export const SUPPORTED_VERSIONS: Readonly<Record<'next' | 'react', SupportedVersions>> = {
  // `compiler.runAfterProductionCompile` exists from here on; without it the store is never linked.
  next: { oldest: [15, 4], newestMajor: 16, install: ['next'] },
  // What Next 15 asks for.
  react: { oldest: [18, 2], newestMajor: 19, install: ['react', 'react-dom'] },
};

/**
 * Looks at the versions of Next and React that an app has installed, wherever
 * above its folder. What cannot be found is no matter of ours.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_VERSION_UNSUPPORTED` below what is supported.
 * @returns one line for each that is newer than what the tests have seen.
 */
export function checkVersions(root: string): string[] {
  const requireFromApp = createRequire(path.join(root, 'package.json'));
  const warnings: string[] = [];
  for (const [name, { oldest, newestMajor, install }] of Object.entries(SUPPORTED_VERSIONS)) {
    const installed = installedVersion(requireFromApp, name);
    const numbers = installed && majorAndMinor(installed.version);
    if (!numbers) continue;
    const [major, minor] = numbers;
    const needed = oldest.join('.');
    if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
      throw new SmartCacheError('ERR_SMART_CACHE_VERSION_UNSUPPORTED', {
        what: `${name} ${installed.version} is not supported`,
        where: installed.file,
        why: `next-smart-cache needs ${name} ${needed} or later`,
        fix: `run "npm install ${install.map((dependency) => `${dependency}@^${needed}`).join(' ')}", or a later version`,
      });
    }
    if (major > newestMajor) {
      warnings.push(
        `next-smart-cache: ${name} ${installed.version} is newer than what this version was tested with (${name} ${newestMajor}); ` +
          'look for a newer one with "npm install next-smart-cache@latest"',
      );
    }
  }
  return warnings;
}

/**
 * Whether the image optimizer asks for a local image with the headers of the
 * browser: Next before 15.4.5, which fixed that for CVE-2025-57752.
 */
export function passesHeadersToOptimizer(root: string): boolean {
  const installed = installedVersion(createRequire(path.join(root, 'package.json')), 'next');
  return installed !== undefined && /^15\.4\.[0-4](?:-|$)/.test(installed.version);
}

/** Whether Next has `/_next/static/immutable`, and lets `next/image` read from it whatever the `images.localPatterns` are. */
export function hasImmutableAssets(root: string): boolean {
  return isNextFrom(root, 16, 3);
}

/** Whether the rules of Turbopack take a `condition` about the content of a file. */
export function hasTurbopackConditions(root: string): boolean {
  return isNextFrom(root, 16, 0);
}

function isNextFrom(root: string, fromMajor: number, fromMinor: number): boolean {
  const installed = installedVersion(createRequire(path.join(root, 'package.json')), 'next');
  const [major, minor] = (installed && majorAndMinor(installed.version)) ?? [0, 0];
  return major > fromMajor || (major === fromMajor && minor >= fromMinor);
}

function installedVersion(requireFromApp: NodeJS.Require, name: string): { version: string; file: string } | undefined {
  try {
    const file = requireFromApp.resolve(`${name}/package.json`);
    const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
    return { version, file };
  } catch {
    // Not installed where Node would look; Next itself complains if that is wrong.
    return undefined;
  }
}

/** Prereleases count as the version they lead to; `0.0.0-experimental-…` (React) leads to none that could be named. */
function majorAndMinor(version: string): [major: number, minor: number] | undefined {
  const [major, minor] = version.split('.', 2).map(Number);
  return major === undefined || minor === undefined || Number.isNaN(major + minor) || version.startsWith('0.0.0-')
    ? undefined
    : [major, minor];
}
