import fs from 'node:fs';
import { possibleAssetPaths } from '../core/asset-path.js';
import { readTextIfThere } from '../disk/files.js';

/** The parts of the app source that decide what the browser gets. */
export interface SourceMentions {
  assetPaths: ReadonlySet<string>;
  /** Whether the source may have a `strategy` prop. */
  strategy: boolean;
  /** Whether it may have `preload="fonts"` or `preload="modules"`. */
  preloads: boolean;
  /** Whether it may render `CachedImportMap`. */
  importMap: boolean;
}

const STRATEGY = /\bstrategy\s*[=:,}]/;
const PRELOADS = /["'`](?:fonts|modules)["'`]/;
const IMPORT_MAP = /\bCachedImportMap\b/;

/**
 * Searches the app source for asset paths and props.
 *
 * It uses no lexer: it looks up every text that may be a path. A path in a comment
 * costs a few bytes, but no new syntax can hide a path.
 *
 * @param basePath prefix that paths may have. Default: none.
 */
export function findMentions(files: Iterable<string>, isAssetPath: (candidate: string) => boolean, basePath = ''): SourceMentions {
  const assetPaths = new Set<string>();
  const found = { strategy: false, preloads: false, importMap: false };
  for (const file of files) {
    // The file may have been deleted since it was listed.
    const text = (isReadable(file) && readTextIfThere(file)) || '';
    found.strategy ||= STRATEGY.test(text);
    found.preloads ||= text.includes('preload') && PRELOADS.test(text);
    found.importMap ||= IMPORT_MAP.test(text);
    for (const written of writtenPaths(text)) {
      for (const candidate of possibleAssetPaths(written)) {
        if (isAssetPath(candidate)) assetPaths.add(candidate);
        const withoutBase = candidate.startsWith(`${basePath}/`) ? candidate.slice(basePath.length) : '';
        if (isAssetPath(withoutBase)) assetPaths.add(withoutBase);
      }
    }
  }
  return { assetPaths, ...found };
}

/** The largest file to search, in bytes. Larger files are data sets or generated code. Users list the paths in them with `clientAssets`. */
const LARGEST_SOURCE = 16_000_000;

function isReadable(file: string): boolean {
  return (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= LARGEST_SOURCE;
}

/**
 * A path without quotes, as in Markdown, a `srcset`, a `url()` or a template. Its
 * length has a limit ({@link LONGEST_PATH}), since a `data:` URL may look like a
 * path, and V8 keeps a position for each of its characters.
 */
const BARE_PATH = /(?<=^|[\s"'`(,}>|])\/[^\s"'`()<>{}|\\,\];]{1,4096}/g;

/** The marks around a quoted path. In a template, it may come after `${prefix}`. */
const QUOTES = [
  [`'/`, `'`],
  [`"/`, `"`],
  ['`/', '`'],
  ['}/', '`'],
] as const;

/** PATH_MAX of Linux, in bytes. Without a limit, a large file with an unpaired quote would take minutes. */
const LONGEST_PATH = 4096;

/** Lists every text that may be a path, with or without quotes. */
export function* writtenPaths(source: string): Iterable<string> {
  // JSON may escape slashes.
  const text = source.replaceAll('\\/', '/');
  for (const [opening, closing] of QUOTES) {
    for (let start = text.indexOf(opening); start !== -1; start = text.indexOf(opening, start + 1)) {
      const rest = text.slice(start + 1, start + 1 + LONGEST_PATH);
      const end = rest.indexOf(closing);
      if (end !== -1) yield rest.slice(0, end);
    }
  }
  yield* text.match(BARE_PATH) ?? [];
}
