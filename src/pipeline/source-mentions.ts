import fs from 'node:fs';
import path from 'node:path';
import { splitSuffix } from '../core/asset-path.js';

const SOURCE_FILE = /\.(?:[cm]?[jt]sx?|mdx?)$/;

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
  const assetPaths = new Set<string>();
  let strategy = false;
  walk(root);
  return { assetPaths, strategy };

  function walk(folder: string): void {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const absolutePath = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.') && !skip.has(absolutePath)) walk(absolutePath);
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

/** Every text that begins with a quote and `/` and ends at the next quote of that kind; also without its query and fragment. */
export function* quotedPaths(text: string): Iterable<string> {
  for (const quote of [`'`, `"`, '`']) {
    const opening = `${quote}/`;
    for (let start = text.indexOf(opening); start !== -1; start = text.indexOf(opening, start + 1)) {
      const end = text.indexOf(quote, start + 1);
      if (end === -1) break;
      const candidate = text.slice(start + 1, end);
      yield candidate;
      const { path: bare, suffix } = splitSuffix(candidate);
      if (suffix) yield bare;
    }
  }
}
