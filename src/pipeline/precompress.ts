import fs from 'node:fs';
import path from 'node:path';
import { assetPathMatcher } from '../core/asset-path-globs.js';
import { isCompressible, mediaTypeOf } from '../core/content-types.js';
import { type ErrorParts, SmartCacheError } from '../core/errors.js';
import { formatBytes, formatCount } from '../core/message-text.js';
import type { PrecompressSettings } from '../core/precompress-options.js';
import { REWRITE_STORE_URL } from '../core/rewrite-rules.js';
import { limitOfOpenFiles, writeFailed } from '../disk/files.js';
import type { DeployedFile } from './deploys.js';
import type { EncodeFailure, EncodeJob } from './encoded/encode-file.js';
import { createThreadedEncoder, type EncodeAll } from './encoded/encode-in-threads.js';
import { encodedDir, type Variant, type Variants, variantFile } from './encoded/variant-file.js';
import { isWhole, RECORD_NAME, readVariantRecord, type VariantRecord, writeVariantRecord } from './encoded/variant-record.js';
import type { Project } from './project.js';

/** Served file → its variants. Two files of one content may differ: one is excluded, or of another type. */
export type VariantsByFile = ReadonlyMap<string, Variants>;

/** The place of a served file. */
export function servedPath(distDir: string, { storeFolder, hashedPath }: Pick<DeployedFile, 'storeFolder' | 'hashedPath'>): string {
  return path.join(distDir, (storeFolder || REWRITE_STORE_URL).replace('/_next/', ''), hashedPath);
}

export interface Precompressed {
  variants: VariantsByFile;
  /** Lines for the output of the build. */
  notices: string[];
  /** Problems that do not stop the build: the site works without variants. */
  warnings: ErrorParts[];
}

/**
 * Makes the variants that the store lacks, from the served bytes in
 * `.next/static`. The files of older deploys get variants too.
 *
 * @param distDir the output folder of the `next build` that is running.
 * @param encodeAll Default: one thread for each core.
 */
export async function precompress(
  { cacheDir, root, options, isExport, host }: Project,
  files: readonly DeployedFile[],
  distDir: string,
  encodeAll: EncodeAll = createThreadedEncoder(),
): Promise<Precompressed> {
  const settings = options.precompress;
  if (settings === undefined) return { variants: new Map(), notices: [], warnings: [] };
  if (isExport || host !== undefined) {
    const place = isExport ? "with output: 'export'" : `on ${host}`;
    const notice = `precompress does nothing ${place}: only "next-smart-cache start" and nginx read the compressed files`;
    return { variants: new Map(), notices: [notice], warnings: [] };
  }
  const wanted = findWanted(settings, files, distDir);
  const folder = encodedDir(cacheDir);
  const { record, problem } = readVariantRecord(folder);
  const { jobs, damaged } = listJobs(settings, wanted, record, cacheDir);
  const startedMs = performance.now();
  const made = await encode(jobs, folder, encodeAll);
  for (const [{ contentHash, encoding }, variant] of made.outcomes) {
    record.set(contentHash, { ...record.get(contentHash), [encoding]: variant });
  }
  const repaired = made.outcomes.filter(([job]) => damaged.has(job)).length;
  const recordFile = path.relative(root, path.join(folder, RECORD_NAME));
  return {
    variants: selectVariants(settings, wanted, record),
    notices: [
      ...(problem ? [`dropped ${recordFile}, since ${problem}; every file is compressed again`] : []),
      ...(repaired > 0 ? [`${formatCount(repaired, 'damaged file')} in ${path.relative(root, folder)}: made again`] : []),
      ...describeGain(settings, made, record, performance.now() - startedMs),
    ],
    warnings: [...made.warnings, ...(made.outcomes.length > 0 ? saveRecord(folder, record) : [])],
  };
}

/** A served file that shall have variants. Several files may have one content. */
interface WantedFile {
  file: string;
  contentHash: string;
  size: number;
}

/** Brotli takes more than a minute for a file of this size. */
const MAX_BYTES = 64 * 1024 * 1024;

function findWanted({ minBytes, exclude }: PrecompressSettings, files: readonly DeployedFile[], distDir: string): WantedFile[] {
  const isExcluded = assetPathMatcher(exclude);
  return files.flatMap((deployed) => {
    const { assetPath, contentHash } = deployed;
    if (!isWorthIt(assetPath) || isExcluded(assetPath)) return [];
    const file = servedPath(distDir, deployed);
    // The copy of an older deploy may be missing.
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return size > 0 && size >= minBytes && size <= MAX_BYTES ? [{ file, contentHash, size }] : [];
  });
}

/** Servers leave files of unknown types to Next. Only developer tools load source maps, which are most of the bytes of many packages. */
function isWorthIt(assetPath: string): boolean {
  const mediaType = mediaTypeOf(assetPath);
  return mediaType !== undefined && isCompressible(mediaType) && !/\.map$/i.test(assetPath);
}

/** Lists the variants to make, and which of them are damaged. Removes the damaged ones from the record. */
function listJobs({ encodings }: PrecompressSettings, wanted: readonly WantedFile[], record: VariantRecord, cacheDir: string) {
  const jobs: EncodeJob[] = [];
  const damaged = new Set<EncodeJob>();
  const seen = new Set<string>();
  for (const { file, contentHash, size } of wanted) {
    if (seen.has(contentHash)) continue;
    seen.add(contentHash);
    const recorded = record.get(contentHash) ?? {};
    for (const encoding of encodings) {
      const variant = recorded[encoding];
      const target = variantFile(cacheDir, contentHash, encoding);
      if (variant === null || (variant !== undefined && isWhole(target, variant))) continue;
      const job = { file, size, contentHash, encoding, target };
      if (variant !== undefined) damaged.add(job);
      delete recorded[encoding];
      jobs.push(job);
    }
  }
  return { jobs, damaged };
}

function selectVariants({ encodings }: PrecompressSettings, wanted: readonly WantedFile[], record: VariantRecord): VariantsByFile {
  const variants = new Map<string, Variants>();
  for (const { file, contentHash } of wanted) {
    const recorded = record.get(contentHash);
    const made = encodings.flatMap((encoding) => (recorded?.[encoding] ? [[encoding, recorded[encoding]] as const] : []));
    if (made.length > 0) variants.set(file, Object.fromEntries(made));
  }
  return variants;
}

interface Encoded {
  outcomes: [EncodeJob, Variant | null][];
  warnings: ErrorParts[];
}

async function encode(jobs: readonly EncodeJob[], folder: string, encodeAll: EncodeAll): Promise<Encoded> {
  const outcomes: Encoded['outcomes'] = [];
  const failures: [EncodeJob, EncodeFailure][] = [];
  if (jobs.length === 0) return { outcomes, warnings: [] };
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    return { outcomes, warnings: [notWritten(folder, error)] };
  }
  await encodeAll(jobs, (job, outcome) => {
    if (outcome === null || 'sha256' in outcome) outcomes.push([job, outcome]);
    else failures.push([job, outcome]);
    // The disk is full, for example.
    return outcome === null || 'sha256' in outcome || !outcome.isWriteFailure;
  });
  return { outcomes, warnings: describeFailures(failures) };
}

/** `precompressed 41 files in 12 s: 3.1 MB → 0.8 MB (br), 0.95 MB (gzip)` */
function describeGain({ encodings }: PrecompressSettings, { outcomes }: Encoded, record: VariantRecord, milliseconds: number): string[] {
  const sizes = new Map(outcomes.flatMap(([{ contentHash, size }, variant]) => (variant ? [[contentHash, size] as const] : [])));
  if (sizes.size === 0) return [];
  const sum = (sizeOf: (contentHash: string, size: number) => number) =>
    formatBytes([...sizes].reduce((total, [contentHash, size]) => total + sizeOf(contentHash, size), 0));
  const gains = encodings.map((encoding) => {
    // Some variants may be of an earlier build. Without a variant, the file is sent as it is.
    return `${sum((contentHash, size) => record.get(contentHash)?.[encoding]?.size ?? size)} (${encoding})`;
  });
  const seconds = Number((milliseconds / 1000).toPrecision(2));
  return [`precompressed ${formatCount(sizes.size, 'file')} in ${seconds} s: ${sum((_, size) => size)} → ${gains.join(', ')}`];
}

function describeFailures(failures: readonly [EncodeJob, EncodeFailure][]): ErrorParts[] {
  const [unwritten] = failures.filter(([, { isWriteFailure }]) => isWriteFailure);
  const [unread, ...more] = failures.filter(([, { isWriteFailure }]) => !isWriteFailure);
  const warnings: ErrorParts[] = [];
  if (unwritten)
    warnings.push(notWritten(unwritten[0].target, Object.assign(new Error(unwritten[1].message), { code: unwritten[1].code })));
  if (unread) {
    warnings.push({
      what: 'A file cannot be precompressed',
      where: unread[0].file + (more.length > 0 ? ` and ${formatCount(more.length)} more` : ''),
      why: unread[1].message,
      fix: 'run the build again, or leave the file out with "precompress: { exclude }" in the options of withSmartCache',
      ...limitOfOpenFiles(unread[1].code),
    });
  }
  return warnings;
}

function saveRecord(folder: string, record: VariantRecord): ErrorParts[] {
  try {
    writeVariantRecord(folder, record);
    return [];
  } catch (error) {
    if (!(error instanceof SmartCacheError)) throw error;
    return [{ ...error.parts, what: 'The next build compresses every file again, since it will not know the files of this one' }];
  }
}

function notWritten(target: string, cause: unknown): ErrorParts {
  return { ...writeFailed(target, cause).parts, what: 'Some files are not precompressed, since a variant cannot be written' };
}
