import fs from 'node:fs';
import path from 'node:path';
import type { NextConfig } from 'next';
import { IMMUTABLE_STORE_URL } from '../core/rewrite-rules.js';
import type { ServedFile } from '../pipeline/served-files.js';
import { hasImmutableAssets } from './supported-versions.js';

/**
 * Reads `supportsImmutableAssets` of a config, an experimental key at first.
 * A Next before 16.3 does not support it, whatever the config says.
 *
 * @param root the app's folder, whose Next counts.
 * @returns `undefined` if the config leaves the decision to the adapter.
 */
export function readSupportsImmutableAssets(config: NextConfig, root: string): boolean | undefined {
  const supports = config.supportsImmutableAssets ?? config.experimental?.supportsImmutableAssets;
  return supports !== false && hasImmutableAssets(root) ? supports : false;
}

/**
 * Adds our files to the list from which Next tells an adapter that a file may
 * outlive its deploy (`immutableHash`). Turbopack writes the list when it has
 * compiled, if the final config supports immutable assets.
 *
 * @param distDir where Next has just built.
 */
export function declareImmutable(files: readonly Pick<ServedFile, 'file' | 'contentHash'>[], distDir: string): void {
  const list = path.join(distDir, 'immutable-static-hashes.json');
  if (!fs.existsSync(list)) return;
  const hashes = JSON.parse(fs.readFileSync(list, 'utf8')) as Record<string, string>;
  const folder = IMMUTABLE_STORE_URL.replace('/_next/', '');
  for (const name of Object.keys(hashes)) if (name.startsWith(`${folder}/`)) delete hashes[name];
  for (const { file, contentHash } of files) {
    const name = path.relative(distDir, file).split(path.sep).join('/');
    if (name.startsWith(`${folder}/`)) hashes[name] = contentHash;
  }
  fs.writeFileSync(list, JSON.stringify(hashes));
}
