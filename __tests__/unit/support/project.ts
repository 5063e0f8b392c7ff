import fs from 'node:fs';
import path from 'node:path';
import type { SmartCacheOptions } from '../../../src/core/options';
import { type Project, type ProjectInput, resolveProject } from '../../../src/pipeline/project';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

/** A project in a folder of its own, with these files in its `public/`. */
export function projectWith(
  publicFiles: Readonly<Record<string, string | Uint8Array>>,
  options?: SmartCacheOptions,
  next: Pick<ProjectInput, 'output' | 'basePath' | 'assetPrefix' | 'supportsImmutableAssets'> = {},
): Project {
  const root = temporaryFolder();
  fs.mkdirSync(path.join(root, 'public'));
  writeFiles(path.join(root, 'public'), publicFiles);
  return resolveProject({ root, options, ...next });
}

/** Returns a project of the same folder with other options. */
export function withOptions(project: Project, options: SmartCacheOptions): Project {
  return resolveProject({ root: project.root, options });
}
