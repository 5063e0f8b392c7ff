import fs from 'node:fs';
import path from 'node:path';
import { findHandledFiles } from '../core/handled-files.js';
import { pathOfAssetPrefix } from '../core/site-rules.js';
import type { VariantsByFile } from '../pipeline/precompress.js';
import type { Project } from '../pipeline/project.js';
import type { ServedFile } from '../pipeline/served-files.js';
import { type ServedEntry, writeServerDocument } from '../pipeline/server-document.js';
import { readBuiltRouting } from './finished-build.js';
import { warn } from './smart-cache-app.js';

interface RecordInput {
  /** The files of the store, as this build serves them. */
  files: readonly ServedFile[];
  variants: VariantsByFile;
  /** Next's `compress`. */
  compress: boolean;
}

/**
 * Records which files the handler of this package sends without Next, and with
 * which headers. Call it at the very end of a build, when Next has written its
 * final routes.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_WRITE_FAILED`
 */
export function recordHandledFiles({ prefixes }: Project, distDir: string, { files, variants, compress }: RecordInput): void {
  if (!fs.existsSync(path.join(distDir, 'routes-manifest.json'))) return;
  const assetPrefix = pathOfAssetPrefix(prefixes.assetPrefix);
  const byName = new Map(
    files.map((served) => [path.relative(path.join(distDir, 'static'), served.file).split(path.sep).join('/'), served]),
  );
  try {
    const { buildId, ...routing } = readBuiltRouting(distDir);
    const { headerSets, files: handled } = findHandledFiles({ buildId, ...routing }, byName.keys(), assetPrefix);
    const entries = [...handled].flatMap(([url, { name, headerSet }]) => {
      const { file, contentHash, size } = byName.get(name) as ServedFile;
      // Tools that upload source maps delete them afterwards.
      if (name.endsWith('.map') && !fs.existsSync(file)) return [];
      const encoded = variants.get(file);
      const entry: ServedEntry = encoded ? [contentHash, size, headerSet, encoded] : [contentHash, size, headerSet];
      return [[url, entry] as const];
    });
    writeServerDocument(distDir, {
      buildId,
      prefixes: { basePath: routing.basePath, assetPrefix },
      compress,
      headerSets,
      files: Object.fromEntries(entries),
    });
  } catch (error) {
    warn([`"next-smart-cache start" cannot serve this build: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
