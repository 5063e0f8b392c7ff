import { createRequire } from 'node:module';
import path from 'node:path';
import type { NextConfig } from 'next';
import { SmartCacheError } from '../core/errors.js';

/** The ranges of `peerDependencies`. Package managers only warn about other versions. */
export const SUPPORTED_VERSIONS = {
  // Next 15.4 adds `compiler.runAfterProductionCompile`, which puts the store in place.
  next: { oldest: [15, 4], newestMajor: 16, install: ['next'] },
  // Next 15 requires the same version.
  react: { oldest: [18, 2], newestMajor: 19, install: ['react', 'react-dom'] },
} as const;

/**
 * Checks the versions of Next and React that Node finds from the app's folder.
 *
 * @returns one line for each version that is newer than the tests have seen.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_VERSION_UNSUPPORTED` for a version that is too old.
 */
export function checkVersions(root: string): string[] {
  const warnings: string[] = [];
  for (const [name, { oldest, newestMajor, install }] of Object.entries(SUPPORTED_VERSIONS)) {
    const installed = findInstalled(root, name);
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
        `${name} ${installed.version} is newer than what this version was tested with (${name} ${newestMajor}); ` +
          'look for a newer one with "npm install next-smart-cache@latest"',
      );
    }
  }
  return warnings;
}

/**
 * Before 15.4.5, Next's image optimizer passes the browser's headers on when it
 * asks for a local image (CVE-2025-57752,
 * https://nvd.nist.gov/vuln/detail/CVE-2025-57752). Can go when the oldest
 * supported Next is 15.4.5.
 */
export function passesHeadersToOptimizer(root: string): boolean {
  return /^15\.4\.[0-4](?:-|$)/.test(findInstalled(root, 'next')?.version ?? '');
}

/**
 * Before 16.0, rules of Turbopack have no `condition` about the content of a
 * file (https://nextjs.org/docs/app/api-reference/config/next-config-js/turbopack).
 * Can go when the oldest supported Next is 16.0.
 */
export function hasTurbopackConditions(root: string): boolean {
  return isNextFrom(root, 16, 0);
}

/**
 * Reads `supportsImmutableAssets`, an experimental key at first. Before 16.3,
 * Next has no `/_next/static/immutable`, whatever the config says
 * (https://nextjs.org/docs/app/api-reference/adapters/immutable-static-assets).
 * The version check can go when the oldest supported Next is 16.3.
 *
 * @returns `undefined` if the config leaves the decision to the adapter.
 */
export function readSupportsImmutableAssets(config: NextConfig, root: string): boolean | undefined {
  const supports = config.supportsImmutableAssets ?? config.experimental?.supportsImmutableAssets;
  return supports !== false && isNextFrom(root, 16, 3) ? supports : false;
}

/** Reads `adapterPath`. Before 16.2 it is under `experimental`, which can go when the oldest supported Next is 16.2. */
export function readAdapterPath(config: NextConfig): string | undefined {
  const { adapterPath } = Object(config.experimental) as { adapterPath?: unknown };
  const found = config.adapterPath ?? adapterPath;
  return typeof found === 'string' ? found : undefined;
}

function isNextFrom(root: string, fromMajor: number, fromMinor: number): boolean {
  const [major, minor] = majorAndMinor(findInstalled(root, 'next')?.version ?? '') ?? [0, 0];
  return major > fromMajor || (major === fromMajor && minor >= fromMinor);
}

/** Finds a package from the app's folder, as Node does; `undefined` if it is not installed, which Next reports. */
function findInstalled(root: string, name: string): { version: string; file: string } | undefined {
  try {
    const requireFromApp = createRequire(path.join(root, 'package.json'));
    const file = requireFromApp.resolve(`${name}/package.json`);
    // Node parses it once for each process.
    const { version } = requireFromApp(file) as { version: string };
    return { version, file };
  } catch {
    return undefined;
  }
}

/** A prerelease counts as the version that it precedes. React's `0.0.0-experimental-…` precedes none. */
function majorAndMinor(version: string): [major: number, minor: number] | undefined {
  const [major, minor] = version.split('.', 2).map(Number);
  return major === undefined || minor === undefined || Number.isNaN(major + minor) || version.startsWith('0.0.0-')
    ? undefined
    : [major, minor];
}
