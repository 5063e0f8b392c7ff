import { createHash } from 'node:crypto';
import { deriveHashedPathShape } from '../../../src/core/hashed-path-shape';
import type { SmartCacheOptions } from '../../../src/core/options';
import { type RewrittenFiles, rewriteFiles } from '../../../src/pipeline/graph/rewrite-files';
import type { PublicFile } from '../../../src/pipeline/graph/unchanged-files';
import { resolveProject } from '../../../src/pipeline/project';
import { findReferences } from '../../../src/pipeline/references/find-references';

export interface SiteSettings {
  options?: SmartCacheOptions;
  basePath?: string;
  assetPrefix?: string;
  /** Asset paths that keep their name. Default: none. */
  plainPaths?: readonly string[];
}

export interface RewrittenSite extends RewrittenFiles {
  /** Returns the bytes of a file that the browser receives. */
  text(assetPath: string): string;
  /** The files, with what the next build may take over. */
  publicFiles: readonly PublicFile[];
}

/** Follows the references of files with these texts, by asset path, without any folder. */
export function rewriteSite(files: Readonly<Record<string, string>>, settings: SiteSettings = {}, before?: RewrittenSite): RewrittenSite {
  const { options, basePath, assetPrefix, plainPaths = [] } = settings;
  const project = resolveProject({ root: '/app', options, basePath, assetPrefix });
  const known = new Map(before?.publicFiles.map((file) => [file.assetPath, file]));
  const publicFiles = Object.entries(files).map(([assetPath, text]): PublicFile => {
    const file = { assetPath, absolutePath: assetPath, modifiedMs: 0, touchedNs: 0n, signature: text, ...contentOf(text) };
    const unchanged = known.get(assetPath)?.contentHash === file.contentHash;
    return {
      ...file,
      lexed: findReferences(assetPath, file.size, () => Buffer.from(text)),
      result: unchanged ? before?.resultOf(assetPath) : undefined,
    };
  });
  const stored = new Map(publicFiles.map(({ contentHash, assetPath }) => [contentHash, files[assetPath] ?? '']));
  const texts = {
    read: ({ assetPath }: PublicFile) => Buffer.from(files[assetPath] ?? ''),
    has: () => true,
    write(text: Buffer) {
      const content = contentOf(text.toString());
      stored.set(content.contentHash, text.toString());
      return content;
    },
  };
  const names = Object.keys(files);
  const shape = deriveHashedPathShape(names, [...names, ...plainPaths], project.options.hashLength);
  const rewritten = rewriteFiles(project, publicFiles, plainPaths, shape, texts, before?.stateKey);
  const text = (assetPath: string): string =>
    stored.get(rewritten.outputs.get(assetPath)?.contentHash ?? '') ?? before?.text(assetPath) ?? '';
  return { ...rewritten, publicFiles, text };
}

function contentOf(text: string) {
  const hash = createHash('sha256').update(text);
  const size = Buffer.byteLength(text);
  const integrity = `sha256-${hash.copy().digest('base64')}`;
  return { contentHash: hash.digest('hex'), integrity, size };
}
