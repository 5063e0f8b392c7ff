import { type ErrorParts, formatBytes, formatCount } from './errors.js';

/** What a host accepts in one deploy. */
export interface HostLimits {
  /** Its name, for messages. */
  host: string;
  /** How many files. */
  files?: number;
  /** To which plans that applies. */
  filesNote?: string;
  /** Bytes of one file. */
  fileBytes?: number;
  /** Bytes of all files together, with the server. */
  serverBytes?: number;
  /** The document that says so. */
  source: string;
}

/** The files of an app that a host receives besides Next's own. */
export interface Upload {
  /** Files of `public/` and their hashed copies, those of older deploys included. */
  files: number;
  bytes: number;
  /** Those among them that only older deploys need. */
  olderFiles: number;
  olderBytes: number;
  /** The files, largest first, by the names that a user knows them by. */
  bySize: readonly { name: string; bytes: number; isOlder: boolean }[];
}

/** The part of a limit at which a warning is due: Next's own files are not counted. */
const NEAR = 0.9;
const NAMED = 5;

/** Warns of limits that a deploy exceeds or is near to. */
export function warnOfHostLimits(limits: HostLimits, { files, bytes, olderFiles, olderBytes, bySize }: Upload): ErrorParts[] {
  const { host, source } = limits;
  const warnings: ErrorParts[] = [];
  const fileBytes = limits.fileBytes ?? Number.POSITIVE_INFINITY;
  const tooLarge = bySize.filter((file) => file.bytes > fileBytes);
  if (tooLarge.length > 0) {
    const names = tooLarge.slice(0, NAMED).map((file) => `${file.name} (${inMebibytes(file.bytes)})`);
    warnings.push({
      what: `${host} does not accept files of more than ${inMebibytes(fileBytes)}`,
      where: names.join(', ') + (tooLarge.length > NAMED ? ` and ${tooLarge.length - NAMED} more` : ''),
      why: `the deploy would fail: ${source}`,
      fix: tooLarge.some(({ isOlder }) => !isOlder)
        ? 'put it into a bucket and link it by its URL there, or make it smaller'
        : 'set "keep: 0" in the options of withSmartCache for one build, so that no older deploy is served',
    });
  }
  const older = (amount: string) => (olderFiles > 0 ? `, ${amount} of them for older deploys` : '');
  const fix = `${olderFiles > 0 ? 'lower "keep", ' : ''}remove files from public/, or leave more of them out of the hashed ones: "exclude"`;
  if (limits.files !== undefined && files > limits.files * NEAR) {
    warnings.push({
      what: `${host} accepts ${formatCount(limits.files)} files in a deploy ${limits.filesNote ?? ''}`.trim(),
      where: `public/ and its hashed copies have ${formatCount(files)}${older(formatCount(olderFiles))}`,
      why: `Next's own files come on top of that: ${source}`,
      fix,
    });
  }
  if (limits.serverBytes !== undefined && bytes > limits.serverBytes * NEAR) {
    warnings.push({
      what: `${host} accepts ${formatBytes(limits.serverBytes)} in a deploy with a server`,
      where: `public/ and its hashed copies have ${formatBytes(bytes)}${older(formatBytes(olderBytes))}`,
      why: `the server and Next's own files come on top of that: ${source}`,
      fix,
    });
  }
  return warnings;
}

/** Rounded up, so that a file never seems to be within a limit that it exceeds. */
function inMebibytes(bytes: number): string {
  return `${Math.ceil((bytes / 1024 ** 2) * 10) / 10} MiB`;
}
