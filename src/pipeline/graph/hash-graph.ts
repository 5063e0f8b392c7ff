import { createHash } from 'node:crypto';
import { compareAssetPaths, encodeAssetPath, finishUrl, toHashedPath, type UrlPrefixes } from '../../core/asset-path.js';
import type { ManifestEntry } from '../../core/manifest-document.js';
import { createReusableMemory } from '../../disk/files.js';
import { encodingOf } from '../references/find-references.js';
import { isRootRelative } from '../references/reference.js';
import { type Edit, relativeUrl, rewriteBytes } from '../references/rewrite-references.js';
import { type FollowedReference, findStrongComponents, type ReferenceGraph } from './reference-graph.js';

/** A file as the browser receives it. */
export interface Output extends ManifestEntry {
  /** Whole hash of the bytes, which is also the name of their copy in the store. */
  contentHash: string;
  /** Whether the URL points to the store without a rewrite. */
  isDirect: boolean;
}

/** Bytes with their hashes. */
export type Content = Omit<Output, 'hash' | 'url' | 'isDirect'>;

/** The output of a file in the last build, with a key that changes when a file that it refers to changes. */
export interface HashedBefore {
  key: string;
  output: Output;
}

/** Gives {@link hashGraph} access to the files. */
interface FilesToHash {
  prefixes: UrlPrefixes;
  /** The folder of URLs that point to the store without a rewrite. */
  storeUrl: string;
  /** Returns the file as `public/` has it; `undefined` for a file that keeps its name. */
  originalOf(assetPath: string): Content | undefined;
  /** Returns the bytes in which the references of a file were found. */
  textOf(assetPath: string): Buffer;
  /**
   * Returns the hash for the URL. Called more than once for files in a circle, and for a file whose URL moves to the store.
   *
   * @param identity whole hash of the content, lower-case hex; for a file in a circle, derived from the group.
   * @param referredHashes of the files that this file refers to.
   */
  hashOf(assetPath: string, content: Content, identity: string, referredHashes: readonly string[]): string;
  /** Whether a hashed URL is under `storeUrl`. */
  isDirect(assetPath: string, hash?: string): boolean;
  /** Returns the edits that keep references without a hashed URL working in a file under `storeUrl`. */
  plainEdits(assetPath: string): Edit[];
  /** Returns what the last build made of an unchanged file. */
  previous(assetPath: string): HashedBefore | undefined;
  /** Stores a text and hashes it. */
  contentOf(text: Buffer): Content;
}

/**
 * Rewrites and hashes files with references. A file comes after the files that
 * it refers to, so its bytes hold their hashes when it is hashed.
 *
 * Files that refer to each other in a circle cannot hold each other's hash, so
 * they are hashed as a group:
 *
 * 1. Each text is hashed with all references rewritten except those within the group.
 * 2. The group's hash is made of these hashes and the asset paths, sorted by path.
 * 3. The hash of a member is made of the group's hash and its own path.
 *
 * All of these hashes change if any member changes, or any file that a member
 * refers to. They do not depend on the order in which files were found.
 *
 * @param assetPaths the files to rewrite.
 * @param known the outputs of all other files; the new outputs are added.
 * @returns asset path → {@link HashedBefore.key}.
 */
export function hashGraph(
  assetPaths: ReadonlySet<string>,
  known: Map<string, Output>,
  graph: ReferenceGraph,
  files: FilesToHash,
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const memory = createReusableMemory();
  const rewritten = (assetPath: string) => graph.followed(assetPath).filter(({ isRewritten }) => isRewritten);
  const components = findStrongComponents(assetPaths, (assetPath) =>
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
    const referredHashes = hashesOf(references);
    const make = (isDirect: boolean): Output => {
      const content = contentWith(assetPath, references, isDirect);
      return toOutput(assetPath, content, files.hashOf(assetPath, content, content.contentHash, referredHashes), isDirect);
    };
    const output = make(files.isDirect(assetPath));
    // If a public file already has the name of the hashed path, the URL moves to the store. Relative references then differ, so rewrite anew.
    return output.isDirect === files.isDirect(assetPath) ? output : make(true);
  }

  function hashCircle(component: readonly string[]): void {
    const members = new Set(component);
    const sorted = [...component].sort(compareAssetPaths);
    const outside = (assetPath: string) => rewritten(assetPath).filter(({ target }) => !members.has(target));
    const original = (assetPath: string) => files.originalOf(assetPath) as Content;
    const key = sha256(
      sorted.map((assetPath) => `${assetPath}\0${original(assetPath).contentHash}\0${keyOf(outside(assetPath))}`).join('\n'),
    );
    for (const assetPath of sorted) keys.set(assetPath, key);
    const before = sorted.map((assetPath) => files.previous(assetPath));
    if (before.every((found) => found?.key === key)) {
      for (const [index, assetPath] of sorted.entries()) known.set(assetPath, (before[index] as HashedBefore).output);
      return;
    }
    const identities = sorted.map((assetPath) => {
      const text = textWith(assetPath, outside(assetPath), files.isDirect(assetPath));
      return `${assetPath}\0${text === undefined ? original(assetPath).contentHash : sha256(text)}`;
    });
    const group = sha256(identities.join('\n'));
    // Include the hashes of the members: a custom fingerprint may change one of them while the content stays.
    const memberHashes = sorted.map((assetPath) => files.hashOf(assetPath, original(assetPath), group, []));
    const referredHashes = [sha256([...hashesOf(sorted.flatMap(outside)), ...memberHashes].join('\n'))];
    for (const assetPath of sorted) {
      const hash = files.hashOf(assetPath, original(assetPath), sha256(`${group}\0${assetPath}`), referredHashes);
      known.set(assetPath, toOutput(assetPath, original(assetPath), hash, files.isDirect(assetPath, hash)));
    }
    for (const assetPath of sorted) {
      const { hash, isDirect } = known.get(assetPath) as Output;
      known.set(assetPath, toOutput(assetPath, contentWith(assetPath, rewritten(assetPath), isDirect), hash, isDirect));
    }
  }

  function contentWith(assetPath: string, references: readonly FollowedReference[], isDirect: boolean): Content {
    const text = textWith(assetPath, references, isDirect);
    return text === undefined ? (files.originalOf(assetPath) as Content) : files.contentOf(text);
  }

  /** Returns the rewritten text, valid until the next call; `undefined` if there is nothing to rewrite. */
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

  /** @param fromDirect whether the URL of the file that holds the reference is under `storeUrl`. */
  function newUrl(from: string, { url, target }: FollowedReference, fromDirect: boolean): string | undefined {
    const to = known.get(target);
    if (to === undefined) {
      // The target keeps its name. A relative reference to it breaks when the file that holds it moves.
      return fromDirect && !isRootRelative(url) ? files.prefixes.basePath + encodeAssetPath(target) : undefined;
    }
    if (isRootRelative(url) || fromDirect !== to.isDirect) return finishUrl(to.url, files.prefixes);
    return relativeUrl((fromDirect ? files.storeUrl : '') + encodeAssetPath(from), to.url, url);
  }

  /** Returns a text that changes when a reference gets another target or another hash. */
  function keyOf(references: readonly FollowedReference[]): string {
    return references.map(({ start, target }) => `${start}:${known.get(target)?.hash ?? ''}`).join(' ');
  }

  function hashesOf(references: readonly FollowedReference[]): string[] {
    return [...new Set(references.flatMap(({ target }) => known.get(target)?.hash ?? []))].sort();
  }

  function toOutput(assetPath: string, { contentHash, integrity, size }: Content, hash: string, isDirect: boolean): Output {
    const direct = isDirect || files.isDirect(assetPath, hash);
    return { hash, url: hashedUrl(assetPath, hash, direct ? files.storeUrl : ''), integrity, size, contentHash, isDirect: direct };
  }
}

/**
 * Returns a hashed URL as the manifest has it.
 *
 * @param folder `storeUrl` for a URL that needs no rewrite, else `''`.
 */
export function hashedUrl(assetPath: string, hash: string, folder: string): string {
  return folder + encodeAssetPath(toHashedPath(assetPath, hash));
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
