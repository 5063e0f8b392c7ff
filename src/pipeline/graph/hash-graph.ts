import { createHash } from 'node:crypto';
import { compareAssetPaths, encodeAssetPath, finishUrl, toHashedPath, type UrlPrefixes } from '../../core/asset-path.js';
import type { ManifestEntry } from '../../core/manifest-document.js';
import { encodingOf } from '../references/find-references.js';
import { isRootRelative } from '../references/resolve-reference.js';
import { type Edit, relativeUrl, rewriteBytes } from '../references/rewrite-references.js';
import { reusableMemory } from '../store/hash-file.js';
import { type FollowedReference, type ReferenceGraph, strongComponents } from './reference-graph.js';

/** What the browser receives of a file. */
export interface Output extends ManifestEntry {
  /** Whole hash of the bytes, and the name of their copy in the store. */
  contentHash: string;
  /** Whether the URL leads to the store without a rewrite. */
  isDirect: boolean;
}

/** Bytes with their hashes. */
export type Content = Omit<Output, 'hash' | 'url' | 'isDirect'>;

/** What came out for a file, and what it depended on besides the file itself. */
export interface HashedBefore {
  key: string;
  output: Output;
}

/** What {@link hashGraph} is told of the files, and asks for. */
export interface HashedFiles {
  prefixes: UrlPrefixes;
  /** The folder of URLs that lead to the store directly. */
  storeUrl: string;
  /** The file as it lies in `public/`; `undefined` for one that keeps its name. */
  sourceOf(assetPath: string): Content | undefined;
  /** The bytes of the text that the references of a file were found in. */
  textOf(assetPath: string): Buffer;
  /**
   * The hash that stands in the URL.
   *
   * @param identity what the content comes to: whole, lower-case hex.
   * @param below hashes of what the file refers to.
   */
  hashOf(assetPath: string, content: Content, identity: string, below: readonly string[]): string;
  /** Whether a hashed path is linked under `storeUrl` directly. */
  isDirect(assetPath: string, hash?: string): boolean;
  /** The edits that put plain URLs in the place of references that get no hashed URL, for a file whose URL leads to the store directly. */
  plainEdits(assetPath: string): Edit[];
  /** What an unchanged file came to in the last build. */
  previous(assetPath: string): HashedBefore | undefined;
  /** Takes a text, and says what it comes to as a file. */
  contentOf(text: Buffer): Content;
}

/**
 * Hashes files from the leaves up, so that the hash of each is that of what
 * the browser receives, the hashes of all that it refers to included.
 *
 * Files that refer to each other in a circle cannot hold each other's hash.
 * They are hashed as a group: of each, the text with all references rewritten
 * but those within the group; of the group, these hashes with their asset
 * paths, in the order of the paths; of each member, the group's hash with its
 * own path. So the hashes of all change if anything in or below the group
 * does, whatever the order in which files were found.
 *
 * @param assetPaths the files that refer to others.
 * @param known all other files; gains these.
 * @returns by asset path, what each depended on: see {@link HashedBefore.key}.
 */
export function hashGraph(
  assetPaths: ReadonlySet<string>,
  known: Map<string, Output>,
  graph: ReferenceGraph,
  files: HashedFiles,
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const memory = reusableMemory();
  const rewritten = (assetPath: string) => graph.followed(assetPath).filter(({ isRewritten }) => isRewritten);
  const components = strongComponents(assetPaths, (assetPath) =>
    rewritten(assetPath)
      .map(({ target }) => target)
      .filter((target) => assetPaths.has(target)),
  );
  for (const component of components) {
    const [first] = component as [string];
    if (component.length > 1 || rewritten(first).some(({ target }) => target === first)) hashCircle(component);
    else known.set(first, hashOne(first));
  }
  return keys;

  function hashOne(assetPath: string): Output {
    const references = rewritten(assetPath);
    const key = keyOf(references);
    keys.set(assetPath, key);
    const before = files.previous(assetPath);
    if (before?.key === key) return before.output;
    const below = hashesOf(references);
    const make = (isDirect: boolean): Output => {
      const content = contentWith(assetPath, references, isDirect);
      return named(assetPath, content, files.hashOf(assetPath, content, content.contentHash, below), isDirect);
    };
    const output = make(files.isDirect(assetPath));
    // A file in public/ has that very name: rare, and then the URL is another one, which relative references depend on.
    return output.isDirect === files.isDirect(assetPath) ? output : make(true);
  }

  function hashCircle(component: readonly string[]): void {
    const members = new Set(component);
    const sorted = [...component].sort(compareAssetPaths);
    const outside = (assetPath: string) => rewritten(assetPath).filter(({ target }) => !members.has(target));
    const source = (assetPath: string) => files.sourceOf(assetPath) as Content;
    const key = digest(
      sorted.map((assetPath) => `${assetPath}\0${source(assetPath).contentHash}\0${keyOf(outside(assetPath))}`).join('\n'),
    );
    for (const assetPath of sorted) keys.set(assetPath, key);
    const before = sorted.map((assetPath) => files.previous(assetPath));
    if (before.every((found) => found?.key === key)) {
      for (const [index, assetPath] of sorted.entries()) known.set(assetPath, (before[index] as HashedBefore).output);
      return;
    }
    const identities = sorted.map((assetPath) => {
      const text = textWith(assetPath, outside(assetPath), files.isDirect(assetPath));
      return `${assetPath}\0${text === undefined ? source(assetPath).contentHash : digest(text)}`;
    });
    const group = digest(identities.join('\n'));
    const below = hashesOf(sorted.flatMap(outside));
    // The members' own, in case the hash is not made of the content.
    const own = sorted.map((assetPath) => files.hashOf(assetPath, source(assetPath), group, []));
    // In one, since each member gets them all.
    const around = [digest([...below, ...own].join('\n'))];
    for (const assetPath of sorted) {
      const hash = files.hashOf(assetPath, source(assetPath), digest(`${group}\0${assetPath}`), around);
      known.set(assetPath, named(assetPath, source(assetPath), hash, files.isDirect(assetPath, hash)));
    }
    for (const assetPath of sorted) {
      const { hash, isDirect } = known.get(assetPath) as Output;
      known.set(assetPath, named(assetPath, contentWith(assetPath, rewritten(assetPath), isDirect), hash, isDirect));
    }
  }

  function contentWith(assetPath: string, references: readonly FollowedReference[], isDirect: boolean): Content {
    const text = textWith(assetPath, references, isDirect);
    return text === undefined ? (files.sourceOf(assetPath) as Content) : files.contentOf(text);
  }

  /** `undefined` for a file that stays as it is. Holds until the next call. */
  function textWith(assetPath: string, references: readonly FollowedReference[], isDirect: boolean): Buffer | undefined {
    const edits = references.flatMap((reference): Edit[] => {
      const url = newUrl(assetPath, reference, isDirect);
      return url === undefined ? [] : [{ reference, url }];
    });
    if (isDirect) edits.push(...files.plainEdits(assetPath));
    if (edits.length === 0) return undefined;
    const content = files.textOf(assetPath);
    return rewriteBytes(content, edits, encodingOf(assetPath, content), memory);
  }

  /** @param fromDirect whether the file that the reference stands in is linked directly. */
  function newUrl(from: string, { url, target }: FollowedReference, fromDirect: boolean): string | undefined {
    const to = known.get(target);
    if (to === undefined) {
      // It keeps its name, and so does the reference, unless the file that it stands in is moved away from it.
      return fromDirect && !isRootRelative(url) ? files.prefixes.basePath + encodeAssetPath(target) : undefined;
    }
    if (isRootRelative(url) || fromDirect !== to.isDirect) return finishUrl(to.url, files.prefixes);
    return relativeUrl((fromDirect ? files.storeUrl : '') + encodeAssetPath(from), to.url, url);
  }

  /** Changes whenever a reference comes to lead to something else. */
  function keyOf(references: readonly FollowedReference[]): string {
    return references.map(({ start, target }) => `${start}:${known.get(target)?.hash ?? ''}`).join(' ');
  }

  function hashesOf(references: readonly FollowedReference[]): string[] {
    return [...new Set(references.flatMap(({ target }) => known.get(target)?.hash ?? []))].sort();
  }

  function named(assetPath: string, { contentHash, integrity, size }: Content, hash: string, isDirect: boolean): Output {
    const direct = isDirect || files.isDirect(assetPath, hash);
    return { hash, url: hashedUrl(assetPath, hash, direct ? files.storeUrl : ''), integrity, size, contentHash, isDirect: direct };
  }
}

/**
 * The URL of a hashed path, as in the manifest.
 *
 * @param folder the store's, for a URL that leads there directly; else `''`.
 */
export function hashedUrl(assetPath: string, hash: string, folder: string): string {
  return folder + encodeAssetPath(toHashedPath(assetPath, hash));
}

function digest(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
