import { readings } from '../../core/asset-path.js';
import { readTextIfThere } from '../disk/atomic-write.js';

/** What an app's own source says, as far as it decides what the browser gets. */
export interface SourceMentions {
  /** Asset paths that stand in it as a string. */
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
 * Looks through an app's own source.
 *
 * No lexer, on purpose: whatever stands between two quotes of a kind is looked
 * up among the asset paths. A path in a comment then counts as mentioned, which
 * costs a few bytes; none can be overlooked because some syntax was new.
 */
export function findMentions(files: Iterable<string>, isAssetPath: (candidate: string) => boolean): SourceMentions {
  const assetPaths = new Set<string>();
  const found = { strategy: false, preloads: false, importMap: false };
  for (const file of files) {
    // A file that was deleted since it was listed mentions nothing.
    const text = readTextIfThere(file) ?? '';
    found.strategy ||= STRATEGY.test(text);
    found.preloads ||= text.includes('preload') && PRELOADS.test(text);
    found.importMap ||= IMPORT_MAP.test(text);
    for (const candidate of quotedPaths(text)) {
      if (isAssetPath(candidate)) assetPaths.add(candidate);
    }
  }
  return { assetPaths, ...found };
}

/** Every text that begins with a quote and `/` and ends at the next quote of that kind; also as `asset()` would read it. */
export function* quotedPaths(text: string): Iterable<string> {
  for (const quote of [`'`, `"`, '`']) {
    const opening = `${quote}/`;
    for (let start = text.indexOf(opening); start !== -1; start = text.indexOf(opening, start + 1)) {
      const end = text.indexOf(quote, start + 1);
      if (end === -1) break;
      yield* readings(text.slice(start + 1, end));
    }
  }
}
