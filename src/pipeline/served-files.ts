import fs from 'node:fs';
import path from 'node:path';
import { type ErrorParts, SmartCacheError, systemErrorCode } from '../core/errors.js';
import { type Upload, warnOfHostLimits } from '../core/hosts.js';
import { formatBytes, formatCount } from '../core/message-text.js';
import { IMMUTABLE_STORE_URL, REWRITE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import { removeQuietly, temporaryName, writeFailed } from '../disk/files.js';
import { type FileStamp, hasCoarseStamp, letClockTick, stampOf } from '../disk/hash-file.js';
import type { BuiltManifest } from './build-manifest.js';
import { type DeployedFile, describeLost, type ServedDeploys } from './deploys.js';
import type { Project } from './project.js';
import { listStore, openPackedCopies, openStore, type PackedCopies, type Store } from './store.js';
import { CHUNK_BYTES, hasContent, isStamped } from './whole-copies.js';

/** A file that Next serves as immutable, with its stamp right after the copy. */
export interface ServedFile extends FileStamp {
  /** Absolute path. */
  file: string;
  contentHash: string;
}

interface ServedStore {
  files: ServedFile[];
  /** One line for each loss of files of older deploys. */
  notices: string[];
}

/**
 * Copies the frozen copies of this build and of the kept deploys into folders that
 * Next serves as immutable. Each folder is replaced as a whole.
 *
 * The files for rewrites have their own folder, which clients cannot request. A
 * proxy may guard a plain path, and most proxies let all of `/_next/static` pass.
 *
 * Hard links would be wrong here: other tools write into `.next/static` later, and
 * would change the store.
 *
 * @param distDir the output folder of the `next build` that is running.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_STORE_DAMAGED` if a copy of this build is missing.
 */
export function serveStore(project: Project, served: ServedDeploys, distDir: string): ServedStore {
  const store = openStore(project.cacheDir);
  const packed = openPackedCopies(listStore(store));
  const ownFolders = project.delivery === 'static' ? [project.storeUrl] : [project.storeUrl, REWRITE_STORE_URL];
  // Older deploys may have used the other one of the two folders that need no rewrite.
  const lost: string[] = [];
  const storeUrls = new Set([...ownFolders, STORE_URL, IMMUTABLE_STORE_URL]);
  try {
    const files = [...storeUrls].flatMap((storeUrl) => {
      const folder = path.join(distDir, storeUrl.replace('/_next/', ''));
      const inside = served.files.filter(({ storeFolder }) => (storeFolder || REWRITE_STORE_URL) === storeUrl);
      if (inside.length > 0 || ownFolders.includes(storeUrl))
        return replaceFolder(folder, (temporary) => copyFiles(store, packed, inside, temporary, lost));
      fs.rmSync(folder, { recursive: true, force: true });
      return [];
    });
    // A write in the same tick of the clock would leave the same stamp.
    letClockTick(files);
    return { files, notices: [...served.notices, ...describeLost(lost)] };
  } finally {
    packed.close();
  }
}

/**
 * Checks at the end of the build that no other tool changed the served files.
 * It reads only those with another stamp. A source map may be missing: tools that
 * upload source maps delete them, and no page needs one.
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

/**
 * A copy of this build that is missing or damaged is an error. A URL of an older deploy without a copy is not served, so its hash is stale.
 *
 * @param lost gets such URLs.
 */
function copyFiles(store: Store, packed: PackedCopies, files: readonly DeployedFile[], folder: string, lost: string[]): ServedFile[] {
  const madeFolders = new Set<string>();
  return files.flatMap(({ url, hashedPath, contentHash, isCurrent }) => {
    const file = path.join(folder, hashedPath);
    const parent = path.dirname(file);
    if (!madeFolders.has(parent)) {
      fs.mkdirSync(parent, { recursive: true });
      madeFolders.add(parent);
    }
    const frozen = store.pathOf(contentHash);
    const content = packed.read(contentHash);
    try {
      if (content) fs.writeFileSync(file, content);
      else fs.copyFileSync(frozen, file, fs.constants.COPYFILE_FICLONE);
      // Another program may have written into the copy since it was checked, which changes its stamp.
      if (content || isStamped(fs.statSync(frozen)) || hasContent(file, contentHash))
        return [{ file, contentHash, ...stampOf(fs.statSync(file, { bigint: true })) }];
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
    if (isCurrent) throw storeDamaged(frozen, url);
    lost.push(url);
    fs.rmSync(file, { force: true });
    return [];
  });
}

function storeDamaged(frozen: string, url: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_STORE_DAMAGED', {
    what: `The store has no frozen copy of ${url}`,
    where: frozen,
    why: 'another program deleted or changed it while the build was running',
    fix: 'run the build again; it makes the missing copies',
  });
}

const NAMED = 10;

function servedFileChanged(changes: readonly string[]): SmartCacheError {
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : '';
  return new SmartCacheError('ERR_SMART_CACHE_SERVED_FILE_CHANGED', {
    what: 'A later step of the build changed or removed files that are served as immutable',
    where: changes.slice(0, NAMED).join(', ') + more,
    why: 'another tool writes into .next/static, for example to add debug IDs, to minify or to remove files; browsers would keep these bytes for a year under the hash of other bytes',
    fix: 'make withSmartCache the outermost wrapper, "export default withSmartCache(withSentryConfig(nextConfig))", so that it runs last; or exclude **/static/**/media/smart-cache*/** from that tool (Sentry: sourcemaps.ignore). Then build again',
  });
}

/** The size of the served files. */
interface HashedCopies {
  files: number;
  bytes: number;
  /** The files that only older deploys have. */
  older: { url: string; bytes: number }[];
  /** How many older deploys are served too. */
  olderDeploys: number;
}

/** Measures the files that {@link serveStore} copies. The store must have them. */
export function measureCopies(
  { cacheDir }: Project,
  { manifest }: BuiltManifest,
  { deploys, files }: Pick<ServedDeploys, 'deploys' | 'files'>,
): HashedCopies {
  const olderFiles = files.filter(({ isCurrent }) => !isCurrent);
  const store = openStore(cacheDir);
  const packed = olderFiles.length === 0 ? undefined : listStore(store).packed;
  const older = olderFiles.map(({ url, contentHash }) => ({
    url,
    bytes: packed?.get(contentHash)?.[0]?.size ?? sizeOf(store.pathOf(contentHash)),
  }));
  const sizes = [...Object.values(manifest.assets).map(({ size }) => size), ...older.map(({ bytes }) => bytes)];
  return { files: sizes.length, bytes: sum(sizes), older, olderDeploys: deploys.length - 1 };
}

/** `34 files, 5.6 MB, 22 of them (2.2 MB) for 3 older deploys` */
export function describeCopies({ files, bytes, older, olderDeploys }: HashedCopies): string {
  const all = `${formatCount(files, 'file')}, ${formatBytes(bytes)}`;
  if (older.length === 0) return all;
  const olderBytes = formatBytes(sum(older.map((copy) => copy.bytes)));
  return `${all}, ${formatCount(older.length)} of them (${olderBytes}) for ${formatCount(olderDeploys, 'older deploy')}`;
}

/** Warns if a known host may refuse the deploy because of its size. */
export function warnOfUpload(project: Project, { manifest, plainPaths }: BuiltManifest, copies: HashedCopies): ErrorParts[] {
  if (project.hostLimits === undefined) return [];
  const originals = [...Object.keys(manifest.assets), ...plainPaths].map((assetPath) => ({
    name: `public${assetPath}`,
    bytes: sizeOf(path.join(project.publicDir, assetPath)),
    isOlder: false,
  }));
  const older = copies.older.map(({ url, bytes }) => ({ name: `${url} of an older deploy`, bytes, isOlder: true }));
  const upload: Upload = {
    files: originals.length + copies.files,
    bytes: sum(originals.map(({ bytes }) => bytes)) + copies.bytes,
    olderFiles: older.length,
    olderBytes: sum(older.map(({ bytes }) => bytes)),
    bySize: [...originals, ...older].sort((a, b) => b.bytes - a.bytes),
  };
  return warnOfHostLimits(project.hostLimits, upload);
}

/** Returns the bytes of a file, 0 if it is missing. */
function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
