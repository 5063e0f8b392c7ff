import { encodeAssetPath, finishUrl, isExternalUrl, splitExtension, type UrlPrefixes } from '../../core/asset-path.js';
import { formatCount, listFew } from '../../core/message-text.js';
import { isJsonData } from '../references/find-references.js';
import { isBareSpecifier, isHashedAlready, isOfThisSite, isRootRelative, type Reference, type UrlSpace } from '../references/reference.js';
import type { Edit } from '../references/rewrite-references.js';
import { type FollowedReference, type GraphFile, isImport, type ReferenceGraph, reach } from './reference-graph.js';
import type { PublicFile } from './unchanged-files.js';

/** Why a file keeps its plain URL although the globs select it. */
export type ReasonToKeepPlain = 'long-name' | 'unreadable' | 'left-alone' | 'unknown-format' | 'other-host';

/** How the hashed URL of a file differs from its plain URL. */
interface Move {
  /** Whether it is in another folder. */
  toFolder: boolean;
  /** Whether it is on another host, which need not have the rest of the site. */
  toHost: boolean;
}

/** Where hashed URLs that need no rewrite are. */
export interface StoreAddress {
  /** The folder, without `basePath`. */
  storeUrl: string;
  prefixes: UrlPrefixes;
}

interface FilesThatMove {
  files: readonly PublicFile[];
  /** Asset path → file with references. */
  referring: ReadonlyMap<string, GraphFile>;
  /** The graph of the files in `referring`, except those whose references stay as written. */
  graph: ReferenceGraph;
  /** Files that the globs do not select. */
  plainPaths: readonly string[];
  hashLength: number;
  /** Whether the `references` option says that a file is served as it is. */
  isLeftAlone(assetPath: string): boolean;
  moveOf(assetPath: string): Move;
}

/**
 * Finds the files that would not work under their hashed URL, and so keep their
 * plain one. A browser resolves a reference against the URL of the file that
 * holds it (https://url.spec.whatwg.org/#concept-basic-url-parser). If the file
 * moves, a relative reference that is not rewritten finds nothing.
 */
export function findFilesKeptPlain(input: FilesThatMove): Map<string, ReasonToKeepPlain> {
  const kept = new Map<string, ReasonToKeepPlain>();
  for (const file of input.files) {
    const reason = reasonToKeepPlain(file, input.moveOf(file.assetPath), input);
    if (reason) kept.set(file.assetPath, reason);
  }
  for (const assetPath of referrersOnOtherHost(kept, input)) kept.set(assetPath, 'other-host');
  return kept;
}

/** Returns `undefined` for a file that works under its hashed URL. */
export function reasonToKeepPlain(
  { assetPath, lexed }: PublicFile,
  move: Move,
  { referring, graph, hashLength, isLeftAlone }: Pick<FilesThatMove, 'referring' | 'graph' | 'hashLength' | 'isLeftAlone'>,
): ReasonToKeepPlain | undefined {
  if (isNameTooLong(assetPath, hashLength)) return 'long-name';
  if (!move.toFolder && !move.toHost) return undefined;
  if (move.toFolder && UNKNOWN_FORMATS.has(splitExtension(assetPath).extension.toLowerCase())) return 'unknown-format';
  if (lexed?.problem && !lexed.problem.isPartial)
    return move.toFolder ? (isJsonData(assetPath) ? 'unknown-format' : 'unreadable') : undefined;
  const file = referring.get(assetPath);
  if (file === undefined) return undefined;
  if (isLeftAlone(assetPath)) return unrewritten(file, []).some((reference) => isBrokenBy(move, reference)) ? 'left-alone' : undefined;
  const broken = unrewritten(file, graph.followed(assetPath)).filter((reference) => isBrokenBy(move, reference));
  if (broken.some(({ kind }) => kind === 'mention')) return 'unknown-format';
  // The import map resolves an import wherever the importing file is.
  return move.toHost && broken.some((reference) => !isImport(reference)) ? 'other-host' : undefined;
}

/** Formats that name other files by relative URLs and that no lexer here reads. `.html` files always keep their name. */
const UNKNOWN_FORMATS: ReadonlySet<string> = new Set([
  // Documents.
  ...['.htm', '.xht', '.xhtml', '.xml', '.xsl', '.xslt'],
  // Playlists and tracks of video players.
  ...['.m3u', '.m3u8', '.mpd', '.vtt'],
  // Models, fonts and maps of 3D scenes and games.
  ...['.atlas', '.dae', '.fnt', '.mtl', '.obj', '.tmx'],
]);

/**
 * NAME_MAX of ext4 and APFS, in bytes
 * (https://man7.org/linux/man-pages/man0/limits.h.0p.html). NTFS counts UTF-16
 * units, of which a name has at most as many. Every machine uses the same limit,
 * so that every machine writes the same manifest.
 */
const MAX_NAME_BYTES = 255;

function isNameTooLong(assetPath: string, hashLength: number): boolean {
  const name = assetPath.slice(assetPath.lastIndexOf('/') + 1);
  return Buffer.byteLength(name) + '.'.length + hashLength > MAX_NAME_BYTES;
}

/** Finds files that move to another host but refer to a file that stays: that host has no URL for it. */
function referrersOnOtherHost(
  kept: ReadonlyMap<string, unknown>,
  { files, plainPaths, graph, moveOf, isLeftAlone }: FilesThatMove,
): string[] {
  const referrers = new Map<string, string[]>();
  for (const { assetPath } of files) {
    const { toFolder, toHost } = moveOf(assetPath);
    if (!toFolder || !toHost || isLeftAlone(assetPath)) continue;
    for (const { target, isRewritten } of graph.followed(assetPath)) {
      if (isRewritten) referrers.set(target, [...(referrers.get(target) ?? []), assetPath]);
    }
  }
  if (referrers.size === 0) return [];
  const plain = [...kept.keys(), ...plainPaths];
  const found = reach(plain, (assetPath) => referrers.get(assetPath) ?? []);
  for (const assetPath of plain) found.delete(assetPath);
  return [...found];
}

/** @param isDirect whether the hashed URL needs no rewrite. */
export function moveTo(isDirect: boolean, { storeUrl, prefixes }: StoreAddress): Move {
  return { toFolder: isDirect, toHost: isExternalUrl(finishUrl(isDirect ? storeUrl : '/', prefixes)) };
}

/**
 * Lists the references that keep a plain URL. Source maps that do not exist and
 * mentions that name no file do not count.
 */
export function unrewritten({ lexed, destinations }: GraphFile, followed: readonly FollowedReference[]): Reference[] {
  const rewritten = new Set(followed.filter(({ isRewritten }) => isRewritten).map(({ start }) => start));
  return lexed.references.filter(
    ({ kind, start }, index) =>
      !rewritten.has(start) && ((kind !== 'source-map' && kind !== 'mention') || typeof destinations[index] === 'string'),
  );
}

/** Whether a reference, as it is written, points to something else after its file has moved. */
function isBrokenBy({ toFolder, toHost }: Move, { kind, url }: Reference): boolean {
  if (!isOfThisSite(url) || isBareSpecifier(kind, url)) return false;
  // A CDN that fetches hashed paths from the site has the site's other files too, but it must not serve the site's pages.
  if (toHost && kind === 'page') return true;
  return toFolder && (toHost || !isRootRelative(url));
}

/** Returns the edits that replace relative references by plain URLs, for a file that moves to another folder of the site. */
export function plainEdits(from: string, references: readonly Reference[], space: UrlSpace): Edit[] {
  return references.flatMap((reference): Edit[] => {
    if (reference.kind === 'mention' || !isBrokenBy({ toFolder: true, toHost: false }, reference)) return [];
    const url = plainUrl(from, reference.url, space.basePath);
    // A reference to a hashed path stays relative, since that file is in the same folder of the store.
    return url === undefined || isHashedAlready(url, space) ? [] : [{ reference, url }];
  });
}

/** Resolves a reference in a file under its plain URL, without `?query` and `#fragment`. Returns `undefined` for an invalid URL. */
export function plainUrl(from: string, url: string, basePath: string): string | undefined {
  try {
    return new URL(url, `http://public.invalid${basePath}${encodeAssetPath(from)}`).pathname;
  } catch {
    return undefined;
  }
}

/**
 * Finds the files that automatic hashing must leave alone, because a script
 * expects their plain URL in the document. `asset()` and the components still
 * hash them, since their user asks for the hash.
 *
 * @returns asset path → why, as the end of a sentence about the file, in the order of the files.
 */
export function findFilesLeftToAsset(
  files: readonly Pick<PublicFile, 'assetPath' | 'lexed'>[],
  moveOf: (assetPath: string) => Move,
): Map<string, string> {
  /** File name → the script that looks for it. */
  const searchedBy = new Map<string, string>();
  for (const { assetPath, lexed } of files) {
    // A script that looks for its own name means itself: two libraries may each have a `main.js`.
    for (const name of lexed?.search?.names ?? []) if (name !== nameOf(assetPath)) searchedBy.set(name, assetPath);
  }
  const left = new Map<string, string>();
  for (const { assetPath, lexed } of files) {
    const why = whyLeft(nameOf(assetPath), lexed?.search, moveOf(assetPath)) ?? whySearched(searchedBy.get(nameOf(assetPath)));
    if (why) left.set(assetPath, why);
  }
  return left;
}

function whyLeft(name: string, search: NonNullable<PublicFile['lexed']>['search'], { toFolder, toHost }: Move): string | undefined {
  if (search?.names.includes(name)) return 'it looks for its own file name';
  if (!search?.readsOwnUrl || !(toFolder || toHost)) return undefined;
  return `it reads its own URL, and the hashed one is ${toHost ? 'on another host' : 'in another folder'}`;
}

function whySearched(script: string | undefined): string | undefined {
  return script && `${script} looks for its file name`;
}

const MAX_NAMED = 5;

/** Returns the line for the build's log, or no line if `left` is empty. */
export function describeLeftToAsset(left: readonly (readonly [assetPath: string, why: string])[]): string[] {
  if (left.length === 0) return [];
  const names = left.map(([assetPath, why]) => `${assetPath} (${why})`);
  return [
    `automatic hashing leaves ${formatCount(left.length, 'file')} alone: ${listFew(names, MAX_NAMED)}; asset() still hashes ${left.length === 1 ? 'it' : 'them'}`,
  ];
}

function nameOf(assetPath: string): string {
  return assetPath.slice(assetPath.lastIndexOf('/') + 1);
}
