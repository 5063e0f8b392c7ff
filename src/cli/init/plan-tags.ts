import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { splitSuffix } from '../../core/asset-path.js';
import { buildManifest } from '../../pipeline/build-manifest.js';
import type { Project } from '../../pipeline/project.js';
import { listLinkingFiles } from '../../pipeline/source/source-files.js';
import { isAround } from '../../pipeline/source/source-packages.js';
import { hashedAssetPaths } from '../../pipeline/source/source-problems.js';
import type { CommandIo } from '../command-io.js';
import { HASHING, withProgress } from '../terminal/progress.js';
import { findAppStylesheets } from './app-stylesheets.js';
import { plainUrlsOfBundle } from './bundled-urls.js';
import { readIfThere } from './read-file.js';
import { type RewrittenTags, rewriteTags, type TagChange } from './rewrite-tags.js';
import { stillParses } from './still-parses.js';

export interface FileTags {
  /** Absolute path. */
  file: string;
  changes: TagChange[];
  /** Why they have to be changed by hand; `null`: they have not. */
  obstacle: string | null;
}

export interface TagsPlan {
  /** Places in the source that could link hashed URLs, by file. */
  tags: FileTags[];
  /** The texts of those files, changed, where nothing stands in the way. */
  rewritten: Map<string, string>;
  /** How many URLs of `public/` stay without a hash in stylesheets that Next bundles. */
  plainUrls: number;
}

/** Looks through an app's own source for what could link hashed URLs. */
export async function planTags(project: Project, io: CommandIo): Promise<TagsPlan> {
  const plan: TagsPlan = { tags: [], rewritten: new Map(), plainUrls: 0 };
  if (!fs.existsSync(project.publicDir)) return plan;
  const built = await withProgress(io, HASHING, (onProgress) => buildManifest(project, { write: false, onProgress }));
  const toAssetPath = hashedAssetPaths(project, built);
  const { scripts, stylesheets } = listLinkingFiles(project);
  const plainUrls = await plainUrlsOfBundle(project, stylesheets, toAssetPath);
  const loadedPlain = new Set(plainUrls.map(withoutSuffix));
  const root = fs.realpathSync(project.root);
  // One that was deleted meanwhile is none any more.
  const contents = new Map(scripts.map((file) => [file, readIfThere(file) ?? Buffer.of()] as const));
  const restOfApp = {
    isLoadedPlain: (assetPath: string) => loadedPlain.has(withoutSuffix(assetPath)),
    stylesheets: findAppStylesheets(contents, root),
  };
  for (const [file, content] of contents) {
    // Other packages of a workspace may not depend on this one, and what is not UTF-8 would be damaged.
    if (!isAround(root, file) || !isUtf8(content)) continue;
    const text = content.toString();
    // Source that a parser cannot read is for `check` to name; here it has no suggestions.
    const rewritten = await rewriteTags(file, text, toAssetPath, restOfApp).catch(() => undefined);
    if (!rewritten?.changes.length) continue;
    const obstacle = await obstacleTo(file, text, rewritten);
    plan.tags.push({ file, changes: rewritten.changes, obstacle });
    if (obstacle === null) plan.rewritten.set(file, rewritten.text);
  }
  return { ...plan, plainUrls: plainUrls.length };
}

async function obstacleTo(file: string, before: string, { text, obstacle }: RewrittenTags): Promise<string | null> {
  if (obstacle !== undefined) return obstacle;
  return (await stillParses(file, before, text)) ? null : 'it would have a mistake of syntax afterwards';
}

/** Of an asset path, which may have a query and a fragment. */
function withoutSuffix(assetPath: string): string {
  return splitSuffix(assetPath).path;
}
