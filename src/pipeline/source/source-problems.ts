import fs from 'node:fs';
import { isExternalUrl, readings, splitSuffix } from '../../core/asset-path.js';
import { systemErrorCode } from '../../core/errors.js';
import { finishUrl } from '../../core/finish-url.js';
import { nearestNames } from '../../core/nearest-names.js';
import type { BuiltManifest } from '../build-manifest.js';
import type { Project } from '../project.js';
import { findLinkedUrls, type LinkedUrl } from './linked-urls.js';
import { hasPostcssPlugin } from './postcss-config.js';
import { listLinkingFiles } from './source-files.js';
import { findStylesheetUrls } from './stylesheet-urls.js';

/** A place in the app's source to look at. */
export interface SourceProblem {
  /**
   * `missing`: an asset path that `public/` has no file for; `perhaps-missing`:
   * the same of a `url()`, which a rewrite or a file of run time may answer;
   * `unhashed`: a file of `public/`, linked under its plain URL; `unreadable`:
   * a file that cannot be read or parsed, so that nothing in it was looked at.
   */
  kind: 'missing' | 'perhaps-missing' | 'unhashed' | 'unreadable';
  /** Absolute. */
  file: string;
  /** From 1, as is the column. */
  line: number;
  column: number;
  /** The URL as it is written. */
  written?: string;
  /** `<img src>`, `asset()`, `url()`, `style url()`. */
  site?: string;
  /** Of an unhashed one, what to give to this package: without the `basePath`. */
  assetPath?: string;
  /** Of a missing one, the names that come nearest. */
  nearest?: readonly string[];
  /** Of an unreadable one, what the parser or the system says. */
  detail?: string;
}

/** What comes of looking through an app's source. */
export interface SourceFindings {
  /** In the order of the files. */
  problems: SourceProblem[];
  /** Of the globs of what is no source of the app, those that match no file. */
  unmatched: readonly string[];
}

/**
 * Compares what the app's source links with what `public/` has.
 *
 * @param ignore globs of files and folders that are no source of the app, relative to its own.
 */
export async function findSourceProblems(project: Project, built: BuiltManifest, ignore: readonly string[]): Promise<SourceFindings> {
  const assetPaths = new Set([...Object.keys(built.manifest.assets), ...built.stablePaths]);
  // A folder without a hashed file, such as one with only a .gitkeep, is filled by others.
  const folders = new Set(Object.keys(built.manifest.assets).flatMap(firstFolderOf));
  const toAssetPath = hashedAssetPaths(project, built);
  const problems: SourceProblem[] = [];
  const { scripts, stylesheets, unmatched } = listLinkingFiles(project, ignore);
  for (const file of scripts)
    await lookInto(file, findLinkedUrls, (found) => (found.isLookedUp ? judgeLookedUp(found) : judgePlain(found)));
  const judgeInStylesheet = (await hasPostcssPlugin(project.root)) ? judgeInRewritten : judgePlain;
  for (const file of stylesheets) await lookInto(file, findStylesheetUrls, judgeInStylesheet);
  problems.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));
  return { problems, unmatched };

  async function lookInto(
    file: string,
    find: (file: string, text: string) => readonly LinkedUrl[] | Promise<readonly LinkedUrl[]>,
    judge: (found: LinkedUrl) => Judgement | undefined,
  ): Promise<void> {
    try {
      for (const found of await find(file, fs.readFileSync(file, 'utf8'))) {
        if (isExternalUrl(found.written) || found.written.startsWith('#')) continue;
        const problem = judge(found);
        if (problem) problems.push({ ...problem, file, line: found.line, column: found.column, written: found.written, site: found.site });
      }
    } catch (error) {
      const detail = whyUnreadable(error);
      if (detail === undefined) throw error;
      const { line = 1, column = 0 } = (error as { loc?: { line?: number; column?: number } }).loc ?? {};
      problems.push({ kind: 'unreadable', file, line, column: column + 1, detail });
    }
  }

  function judgePlain({ written, site }: LinkedUrl): Judgement | undefined {
    const assetPath = toAssetPath(written, site);
    return assetPath === undefined ? undefined : { kind: 'unhashed', assetPath };
  }

  function judgeLookedUp({ written }: LinkedUrl): Judgement | undefined {
    if (readings(written).some((reading) => assetPaths.has(reading))) return undefined;
    return { kind: 'missing', nearest: nearestNames(splitSuffix(written).path, assetPaths) };
  }

  /** In a stylesheet that our PostCSS plugin rewrites. What does not lie in a folder of hashed files may well be a route. */
  function judgeInRewritten(found: LinkedUrl): Judgement | undefined {
    const { written } = found;
    const isBelowOurs = readings(written)
      .flatMap(firstFolderOf)
      .some((folder) => folders.has(folder));
    const isLeftAlone = !isBelowOurs || INTERPOLATION.test(written) || toAssetPath(written) !== undefined;
    const missing = isLeftAlone ? undefined : judgeLookedUp(found);
    return missing && { ...missing, kind: 'perhaps-missing' };
  }
}

type Judgement = Pick<SourceProblem, 'kind' | 'nearest' | 'assetPath'>;

/** Of Sass and of Less: the URL is known only when it is compiled. */
const INTERPOLATION = /[#@]\{/;

/** None of what lies in none, nor of a relative URL. */
function firstFolderOf(path: string): string[] {
  return /^\/([^/]+)\//.exec(path)?.slice(1) ?? [];
}

/** `undefined` for an error that says nothing of the file. */
function whyUnreadable(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return error.message;
  if (error instanceof RangeError) return 'it is nested too deeply';
  const systemCode = systemErrorCode(error);
  return systemCode && `the system said ${systemCode}`;
}

/**
 * What to give to this package in place of a plain URL: without the `basePath`;
 * `undefined` if `public/` has no such file, or its URL is stable.
 *
 * @returns asked with the URL, and with what it stands in: `<use>` takes nothing from another origin (SVG 2, section 5.6), so it stays plain where a CDN has the hashed files.
 */
export function hashedAssetPaths(
  { prefixes }: Project,
  { manifest }: BuiltManifest,
): (written: string, site?: string) => string | undefined {
  const { basePath } = prefixes;
  const isHashed = (written: string) => readings(written).some((reading) => Object.hasOwn(manifest.assets, reading));
  const isElsewhere = Object.values(manifest.assets).some(({ url }) => isExternalUrl(finishUrl(url, prefixes)));
  return (written, site) => {
    if (isElsewhere && site?.startsWith('<use ')) return undefined;
    const withoutBasePath = basePath && written.startsWith(`${basePath}/`) ? written.slice(basePath.length) : written;
    return [written, withoutBasePath].find(isHashed);
  };
}
