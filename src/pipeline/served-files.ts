import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError, systemErrorCode } from '../core/errors.js';
import { IMMUTABLE_STORE_URL, REWRITE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import { removeQuietly, temporaryName, writeFailed } from '../disk/files.js';
import type { DeployedFile, ServedDeploys } from './deploys.js';
import { type FileStamp, hasCoarseStamp, letClockTick, stampOf } from './file-stamp.js';
import type { Project } from './project.js';
import { CHUNK_BYTES, hasContent, openStore, type Store } from './store/store.js';

/** A file that Next serves as immutable, as it was when it was copied there. */
export interface ServedFile extends FileStamp {
  /** Absolute path. */
  file: string;
  contentHash: string;
}

export interface ServedStore {
  files: ServedFile[];
  /** One line for each loss: files that cannot be served any more. */
  notices: string[];
}

/**
 * Copies the frozen copies of this build, and of the deploys that `keep` still
 * allows, into folders that Next serves as immutable; each is replaced whole.
 * The files that the rewrites look up have a folder of their own, which clients
 * cannot request: middleware as a rule lets all of `/_next/static` pass, and may
 * guard the same file under its plain path.
 *
 * They are copies, not hard links: other tools write into `.next/static`
 * afterwards, and through a hard link they would write into the store.
 *
 * @param distDir where Next has just built.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_STORE_DAMAGED` when a copy of this build is not there.
 */
export function serveStore(project: Project, served: ServedDeploys, distDir: string): ServedStore {
  const store = openStore(project.cacheDir);
  const ownFolders = project.delivery === 'static' ? [project.storeUrl] : [project.storeUrl, REWRITE_STORE_URL];
  // Older deploys may have been in the other one of the two folders that need no rewrite.
  const files = [...new Set([...ownFolders, STORE_URL, IMMUTABLE_STORE_URL])].flatMap((storeUrl) => {
    const folder = path.join(distDir, storeUrl.replace('/_next/', ''));
    const inside = served.files.filter(({ storeFolder }) => (storeFolder || REWRITE_STORE_URL) === storeUrl);
    if (inside.length > 0 || ownFolders.includes(storeUrl))
      return replaceFolder(folder, (temporary) => copyFiles(store, inside, temporary));
    fs.rmSync(folder, { recursive: true, force: true });
    return [];
  });
  // A write in the same tick of the clock would leave the same stamp.
  letClockTick(files);
  return { files, notices: served.notices };
}

/**
 * Checks, at the end of the build, that the files still are what was copied.
 * Only those with another stamp are read. A source map may be gone: tools that
 * upload source maps delete them afterwards, and no page needs one.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_SERVED_FILE_CHANGED`
 */
export function requireUnchanged({ root }: Project, files: readonly ServedFile[]): void {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const changes = files.flatMap((served) => {
    const { file, contentHash, signature } = served;
    const stats = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false });
    const name = path.relative(root, file);
    if (stats === undefined) return name.endsWith('.map') ? [] : [`${name} (removed)`];
    if (stampOf(stats).signature === signature && !hasCoarseStamp(served)) return [];
    return stats.isFile() && hasContent(file, contentHash, buffer) ? [] : [`${name} (changed)`];
  });
  if (changes.length > 0) throw servedFileChanged(changes);
}

function replaceFolder(targetDir: string, fill: (folder: string) => ServedFile[]): ServedFile[] {
  const temporary = temporaryName(targetDir);
  try {
    fs.mkdirSync(temporary, { recursive: true });
    const files = fill(temporary);
    fs.rmSync(targetDir, { recursive: true, force: true });
    fs.renameSync(temporary, targetDir);
    return files.map((served) => ({ ...served, file: path.join(targetDir, path.relative(temporary, served.file)) }));
  } catch (error) {
    removeQuietly(temporary);
    throw error instanceof SmartCacheError ? error : writeFailed(targetDir, error);
  }
}

/** The build must have its own frozen copies. A file of an older deploy whose copy is missing is not served, and its hash is stale. */
function copyFiles(store: Store, files: readonly DeployedFile[], folder: string): ServedFile[] {
  const made = new Set<string>();
  return files.flatMap(({ url, hashedPath, contentHash, isCurrent }) => {
    const file = path.join(folder, hashedPath);
    const parent = path.dirname(file);
    if (!made.has(parent)) {
      fs.mkdirSync(parent, { recursive: true });
      made.add(parent);
    }
    const frozen = store.pathOf(contentHash);
    try {
      fs.copyFileSync(frozen, file, fs.constants.COPYFILE_FICLONE);
      return [{ file, contentHash, ...stampOf(fs.statSync(file, { bigint: true })) }];
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      if (isCurrent) throw storeDamaged(frozen, url, error);
      return [];
    }
  });
}

function storeDamaged(frozen: string, url: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_STORE_DAMAGED',
    {
      what: `The store has no frozen copy of ${url}`,
      where: frozen,
      why: 'it was deleted while the build was running',
      fix: 'run the build again; it makes the copies that are missing',
    },
    { cause },
  );
}

const NAMED = 10;

function servedFileChanged(changes: readonly string[]): SmartCacheError {
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : '';
  return new SmartCacheError('ERR_SMART_CACHE_SERVED_FILE_CHANGED', {
    what: 'A later step of the build changed or removed files that are served as immutable',
    where: changes.slice(0, NAMED).join(', ') + more,
    why: 'another tool writes into .next/static, such as one that adds debug IDs, minifies, or removes files; browsers would keep these bytes for a year under the hash of others',
    fix: 'let withSmartCache be outermost, "export default withSmartCache(withSentryConfig(nextConfig))", so that it comes last; or leave **/static/**/media/smart-cache*/** out of that tool (Sentry: sourcemaps.ignore). Then build again',
  });
}
