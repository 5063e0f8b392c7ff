import fs from 'node:fs';
import path from 'node:path';
import { readings } from '../core/asset-path.js';

/** What builds leave in an app's folder. Further down, such names may be routes. */
const OUTPUT_FOLDERS = ['out', 'dist', 'build', 'coverage', 'storybook-static'];

/** Declarations are none: nothing in them runs, and ours names every asset path. */
const SOURCE_FILE = /(?<!\.d)\.(?:[cm]?[jt]sx?|mdx?)$/;

/** What an app's own source says, as far as it decides what the browser gets. */
export interface SourceMentions {
  /** Asset paths that stand in it as a string. */
  assetPaths: ReadonlySet<string>;
  /** Whether anything like a `strategy` prop stands in it. */
  strategy: boolean;
}

const STRATEGY = /\bstrategy\s*[=:,}]/;

/**
 * Looks through an app's own source.
 *
 * No lexer, on purpose: whatever stands between two quotes of a kind is looked
 * up among the asset paths. A path in a comment then counts as mentioned, which
 * costs a few bytes; none can be overlooked because some syntax was new.
 *
 * @param skip absolute paths of folders that hold no source: `public/`, `distDir`.
 */
export function findMentions(root: string, isAssetPath: (candidate: string) => boolean, skip: ReadonlySet<string>): SourceMentions {
  const skipped = new Set([...skip, ...OUTPUT_FOLDERS.map((name) => path.join(root, name))]);
  const assetPaths = new Set<string>();
  let strategy = false;
  walk(root);
  return { assetPaths, strategy };

  function walk(folder: string): void {
    for (const entry of readFolder(folder)) {
      const absolutePath = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.') && !skipped.has(absolutePath)) walk(absolutePath);
      } else if (entry.isFile() && SOURCE_FILE.test(entry.name)) {
        const text = fs.readFileSync(absolutePath, 'utf8');
        strategy ||= STRATEGY.test(text);
        for (const candidate of quotedPaths(text)) {
          if (isAssetPath(candidate)) assetPaths.add(candidate);
        }
      }
    }
  }
}

/** A folder that this user may not read, such as the data of a database, holds no source. */
function readFolder(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
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
