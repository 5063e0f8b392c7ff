import fs from 'node:fs';
import path from 'node:path';
import { type Encoding, EXTENSIONS } from '../core/content-types.js';
import { type ErrorParts, systemErrorCode } from '../core/errors.js';
import { removeQuietly, temporaryName, writeFailed } from '../disk/files.js';
import type { DeployedFile } from './deploys.js';
import { variantFile } from './encoded/variant-file.js';
import { servedPath, type VariantsByFile } from './precompress.js';

/** The folder of `gzip_static` and `brotli_static`, below the output folder of the build: each file with its variants beside it. */
export function nginxDirOf(distDir: string): string {
  return path.join(distDir, 'smart-cache-nginx');
}

/** Encodings for which nginx has a module that finds a file by its extension. */
const STATIC_MODULES: readonly Encoding[] = ['gzip', 'br'];

/**
 * Puts each served file that has a variant for nginx into the folder of nginx, by its
 * path in `.next/static`. nginx looks for `app.js.gz` beside `app.js`, and there
 * the variants would be public files of their own. Replaces the folder of the
 * build before. Call it at the end of a build: a new hard link changes the stamp
 * of the served file.
 *
 * @returns problems that do not stop the build: nginx works without the folder.
 */
export function linkForNginx(cacheDir: string, files: readonly DeployedFile[], variants: VariantsByFile, distDir: string): ErrorParts[] {
  const target = nginxDirOf(distDir);
  const temporary = temporaryName(target);
  const compressed = files.flatMap(({ contentHash, ...deployed }) => {
    const served = servedPath(distDir, deployed);
    const own = variants.get(served);
    return own && STATIC_MODULES.some((encoding) => own[encoding]) ? [{ served, contentHash, own }] : [];
  });
  try {
    fs.rmSync(target, { recursive: true, force: true });
    if (compressed.length === 0) return [];
    const folders = new Set<string>();
    for (const { served, contentHash, own } of compressed) {
      const linked = path.join(temporary, path.relative(path.join(distDir, 'static'), served));
      const folder = path.dirname(linked);
      if (!folders.has(folder)) fs.mkdirSync(folder, { recursive: true });
      folders.add(folder);
      hardLinkOrCopy(served, linked);
      for (const encoding of STATIC_MODULES) {
        if (own[encoding] !== undefined) hardLinkOrCopy(variantFile(cacheDir, contentHash, encoding), `${linked}.${EXTENSIONS[encoding]}`);
      }
    }
    fs.renameSync(temporary, target);
    return [];
  } catch (error) {
    removeQuietly(temporary);
    return [
      {
        ...writeFailed(target, error).parts,
        what: 'nginx cannot send precompressed files, since their folder cannot be written',
      },
    ];
  }
}

/** The folders may be on different file systems, and some file systems have no hard links. */
function hardLinkOrCopy(source: string, target: string): void {
  try {
    fs.linkSync(source, target);
  } catch (error) {
    if (['ENOENT', 'ENOSPC', 'EDQUOT', 'EROFS'].includes(systemErrorCode(error) ?? '')) throw error;
    fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE);
  }
}
