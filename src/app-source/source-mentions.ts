import fs from 'node:fs';
import { readings } from '../core/asset-path.js';
import { readTextIfThere } from '../disk/files.js';

/** What an app's own source says, as far as it decides what the browser gets. */
export interface SourceMentions {
  /** Asset paths that its literals, or its data, hold. */
  assetPaths: ReadonlySet<string>;
  /** Whether anything like a `strategy` prop stands in it. */
  strategy: boolean;
  /** Whether anything like `preload="fonts"` or `preload="modules"` does. */
  preloads: boolean;
  /** Whether `CachedImportMap` does. */
  importMap: boolean;
}

const STRATEGY = /\bstrategy\s*[=:,}]/;
const PRELOADS = /["'`](?:fonts|modules)["'`]/;
const IMPORT_MAP = /\bCachedImportMap\b/;

/**
 * Looks through an app's own source: code, prose and data.
 *
 * No lexer, on purpose: whatever may be a path is looked up among the asset
 * paths. A path in a comment then counts as mentioned, which costs a few bytes;
 * none can be overlooked because some syntax was new.
 *
 * @param basePath may stand in front of the paths. Default: none.
 */
export function findMentions(files: Iterable<string>, isAssetPath: (candidate: string) => boolean, basePath = ''): SourceMentions {
  const assetPaths = new Set<string>();
  const found = { strategy: false, preloads: false, importMap: false };
  for (const file of files) {
    // A file that was deleted since it was listed mentions nothing.
    const text = (isReadable(file) && readTextIfThere(file)) || '';
    found.strategy ||= STRATEGY.test(text);
    found.preloads ||= text.includes('preload') && PRELOADS.test(text);
    found.importMap ||= IMPORT_MAP.test(text);
    for (const written of writtenPaths(text)) {
      for (const candidate of readings(written)) {
        if (isAssetPath(candidate)) assetPaths.add(candidate);
        const below = candidate.startsWith(`${basePath}/`) ? candidate.slice(basePath.length) : '';
        if (isAssetPath(below)) assetPaths.add(below);
      }
    }
  }
  return { assetPaths, ...found };
}

/** In bytes. Larger ones are data sets and generated code; `clientAssets` takes globs for what they name. */
const LARGEST_SOURCE = 16_000_000;

function isReadable(file: string): boolean {
  return (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= LARGEST_SOURCE;
}

/** A path that ends at the next character that no path in prose, a `srcset`, a `url()` or a template goes on after. */
const BARE_PATH = /(?<=^|[\s"'`(,}>|])\/[^\s"'`()<>{}|\\,\];]+/g;

/** What a path begins and ends with; in a template, it may come after `${prefix}`. */
const QUOTES = [
  [`'/`, `'`],
  [`"/`, `"`],
  ['`/', '`'],
  ['}/', '`'],
] as const;

/** Systems allow 4,096 bytes. Without a limit, a large file with one quote at its end would take minutes. */
const LONGEST_PATH = 4096;

/** Every text that may be a path: a quoted one as a whole, and each bare one, such as in front matter. */
export function* writtenPaths(source: string): Iterable<string> {
  // JSON may have a backslash in front of each slash.
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
