import { isExternalUrl, readings, splitSuffix } from '../../core/asset-path.js';
import { nearestNames } from '../../core/nearest-names.js';
import { readTextIfThere } from '../atomic-write.js';
import type { BuiltManifest } from '../build-manifest.js';
import type { Project } from '../project.js';
import { findLinkedUrls, type LinkedUrl } from './linked-urls.js';
import { listScripts, listStylesheets } from './source-files.js';
import { findStylesheetUrls, hasPostcssPlugin } from './stylesheet-urls.js';

/** A place in the app's source to look at. */
export interface SourceProblem {
  /**
   * `missing`: an asset path that `public/` has no file for; `unhashed`: a
   * file of `public/`, linked under its plain URL; `unreadable`: a file whose
   * syntax cannot be read, so that nothing in it was looked at.
   */
  kind: 'missing' | 'unhashed' | 'unreadable';
  /** Absolute. */
  file: string;
  /** From 1, as is the column. */
  line: number;
  column: number;
  /** The URL as it is written. */
  written?: string;
  /** `<img src>`, `asset()`, `url()`. */
  site?: string;
  /** Of an unhashed one, what to give to this package: without the `basePath`. */
  assetPath?: string;
  /** Of a missing one, the names that come nearest. */
  nearest?: readonly string[];
  /** Of an unreadable one, what the parser says. */
  detail?: string;
}

/** Compares what the app's source links with what `public/` has, in the order of the files. */
export async function findSourceProblems(project: Project, built: BuiltManifest): Promise<SourceProblem[]> {
  const assetPaths = new Set([...Object.keys(built.manifest.assets), ...built.stablePaths]);
  const toAssetPath = hashedAssetPaths(project, built);
  const problems: SourceProblem[] = [];
  for (const file of listScripts(project)) {
    try {
      addAll(file, await findLinkedUrls(file, readTextIfThere(file) ?? ''));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const { line = 1, column = 0 } = (error as { loc?: { line?: number; column?: number } }).loc ?? {};
      problems.push({ kind: 'unreadable', file, line, column: column + 1, detail: error.message });
    }
  }
  if (!hasPostcssPlugin(project.root)) {
    for (const file of listStylesheets(project)) addAll(file, findStylesheetUrls(readTextIfThere(file) ?? ''));
  }
  return problems.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));

  function addAll(file: string, linked: readonly LinkedUrl[]): void {
    for (const found of linked) {
      const problem = judge(found);
      if (problem) problems.push({ ...problem, file, line: found.line, column: found.column, written: found.written, site: found.site });
    }
  }

  function judge({ written, isLookedUp }: LinkedUrl): Pick<SourceProblem, 'kind' | 'nearest' | 'assetPath'> | undefined {
    if (isExternalUrl(written) || written.startsWith('#')) return undefined;
    if (!isLookedUp) {
      const assetPath = toAssetPath(written);
      return assetPath === undefined ? undefined : { kind: 'unhashed', assetPath };
    }
    if (readings(written).some((reading) => assetPaths.has(reading))) return undefined;
    return { kind: 'missing', nearest: nearestNames(splitSuffix(written).path, assetPaths) };
  }
}

/** What to give to this package in place of a plain URL: without the `basePath`; `undefined` if `public/` has no such file, or its URL is stable. */
export function hashedAssetPaths(
  { prefixes: { basePath } }: Project,
  { manifest }: BuiltManifest,
): (written: string) => string | undefined {
  const isHashed = (written: string) => readings(written).some((reading) => Object.hasOwn(manifest.assets, reading));
  return (written) => {
    const withoutBasePath = basePath && written.startsWith(`${basePath}/`) ? written.slice(basePath.length) : written;
    return [written, withoutBasePath].find(isHashed);
  };
}
