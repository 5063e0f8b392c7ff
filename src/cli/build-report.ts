import fs from 'node:fs';
import path from 'node:path';
import { formatBytes, formatCount } from '../core/numbers.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import type { Project } from '../pipeline/project.js';

/** A build as data: what `--json` prints. */
export function reportBuild(project: Project, { manifest, changed, filesRead, warnings }: BuiltManifest) {
  return {
    manifest: project.manifestPath,
    delivery: project.delivery,
    changed,
    files: Object.keys(manifest.assets).length,
    filesRead,
    bytes: totalBytes(manifest),
    warnings,
  };
}

/** A build in one line. */
export function summarizeBuild(project: Project, { manifest, stablePaths, changed, filesRead }: BuiltManifest): string {
  const count = Object.keys(manifest.assets).length;
  if (count === 0) return `${describeNone(project, stablePaths.length)}; ${changed ? 'wrote an empty' : 'nothing changed in the'} manifest`;
  const files = `${formatCount(count, 'file')}, ${formatBytes(totalBytes(manifest))}`;
  if (!changed) return `${files}: nothing changed`;
  return `${files} (${formatCount(filesRead)} read): wrote ${path.relative(project.root, project.manifestPath)}`;
}

/** @param kept how many files keep their name. */
function describeNone({ publicDir }: Project, kept: number): string {
  if (!fs.existsSync(publicDir)) return 'there is no public/, and so no file to hash';
  if (kept === 0) return 'public/ holds no file to hash';
  return `public/ holds ${formatCount(kept, 'file')} and none to hash: they have to keep their names, or "include" or "exclude" leaves them out`;
}

function totalBytes({ assets }: BuiltManifest['manifest']): number {
  return Object.values(assets).reduce((sum, { size }) => sum + size, 0);
}
