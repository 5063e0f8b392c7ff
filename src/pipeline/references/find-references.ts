import { splitExtension } from '../../core/asset-path.js';
import { type DocumentSearch, findDocumentSearch } from './document-search.js';
import { findJsonMentions, findWebManifestReferences } from './json-references.js';
import { type BrokenSpot, type FoundReference, type Reference, ReferencesUnreadableError } from './reference.js';
import { bytesPerUnit, decodeText, type TextEncoding, xmlEncodingOf } from './text-encoding.js';

/** What a file says of other files; `undefined` for one that can say nothing. */
export interface LexedFile {
  /** In the order of the text. */
  references: Reference[];
  /** Why the references of the file cannot be followed. */
  problem?: Problem;
  /** The elements of its document that a script looks for by their URL. */
  search?: DocumentSearch;
}

export interface Problem {
  line: number;
  why: string;
  /** Whether only that spot is left alone. Default: false: the whole file is. */
  isPartial?: boolean;
}

type Format = 'css' | 'javascript' | 'svg' | 'web-manifest' | 'json';

const MIB = 1024 * 1024;

/** Larger files are served as they are: what a lexer holds in memory is a multiple of the file, which depends on the lexer. */
const MAX_BYTES: Record<Format, number> = { css: 4 * MIB, javascript: 10 * MIB, svg: 10 * MIB, 'web-manifest': MIB, json: 10 * MIB };

/** Whether a file is looked into for references to others. */
export function isLookedInto(assetPath: string, size: number): boolean {
  const format = formatOf(assetPath);
  return format !== undefined && size <= MAX_BYTES[format];
}

/** Whether a file is data that may mention other files. Its text is never rewritten. */
export function isJsonData(assetPath: string): boolean {
  return formatOf(assetPath) === 'json';
}

/** The format of a file, if it is one that can refer to others. */
function formatOf(assetPath: string): Format | undefined {
  switch (splitExtension(assetPath).extension.toLowerCase()) {
    case '.css':
      return 'css';
    case '.js':
    case '.mjs':
      return 'javascript';
    case '.svg':
      return 'svg';
    case '.webmanifest':
      return 'web-manifest';
    case '.json':
      return assetPath.endsWith('/manifest.json') ? 'web-manifest' : 'json';
    case '.gltf':
      return 'json';
    default:
      return undefined;
  }
}

/**
 * Finds the references of one file. A file or a spot that the lexer cannot read
 * is not rewritten, and {@link LexedFile.problem} says why.
 *
 * @param size bytes.
 * @param read called for a file that may hold references, and is not too large.
 */
export function findReferences(assetPath: string, size: number, read: () => Buffer): LexedFile | undefined {
  const format = formatOf(assetPath);
  if (format === undefined) return undefined;
  if (size > MAX_BYTES[format]) return unreadable(1, `it is larger than ${MAX_BYTES[format] / MIB} MiB`);
  const content = read();
  const lexed = lexContent(assetPath, format, content);
  const search = format === 'javascript' ? findDocumentSearch(assetPath.slice(assetPath.lastIndexOf('/') + 1), content) : undefined;
  return search ? { references: [], ...lexed, search } : lexed;
}

function lexContent(assetPath: string, format: Format, content: Buffer): LexedFile | undefined {
  if (!holdsMarks(format, content)) return undefined;
  const encoding = encodingOf(assetPath, content);
  const decoded = decodeText(content, encoding);
  // Browsers replace the bytes of a stylesheet that are not UTF-8, and read the rest.
  const isText = decoded !== undefined || format !== 'css' || isUtf16(content);
  const whole = isText ? decoded : content.toString('latin1');
  if (whole === undefined)
    return unreadable(1, encoding === 'utf-8' ? 'it is not text in UTF-8' : `it is text in the encoding ${encoding}, which is not read`);
  const mark = isText ? BYTE_ORDER_MARK : BYTE_ORDER_MARK_BYTES;
  const offset = whole.startsWith(mark) ? mark.length : 0;
  const text = whole.slice(offset);
  try {
    const spots: BrokenSpot[] = [];
    const references = lexerOf(isText ? format : 'css-bytes')(text, (spot) => spots.push(spot));
    const [spot] = spots;
    if (references.length === 0 && !spot) return undefined;
    return {
      references: locate(references, text, offset),
      ...(spot && { problem: { line: lineCounter(text)(spot.offset), why: spot.why, isPartial: true } }),
    };
  } catch (error) {
    if (error instanceof ReferencesUnreadableError) return unreadable(lineCounter(text)(error.offset), error.message);
    throw error;
  }
}

/**
 * The URLs that a browser loads because of a file, absolute: what the file
 * refers to, without source maps, pages, and texts that may be URLs.
 *
 * @param url the URL of the file, absolute. The extension of its path tells the format.
 * @param withModules whether the modules that a module imports are among them. Default: true.
 */
export function findLoadedUrls(url: string, content: Buffer, { withModules = true } = {}): string[] {
  const references = findReferences(new URL(url).pathname, content.length, () => content)?.references ?? [];
  return references
    .filter(({ kind }) => !['source-map', 'page', 'mention', ...(withModules ? [] : MODULE_KINDS)].includes(kind))
    .flatMap((reference) => toHttpUrl(reference.url, url) ?? []);
}

const MODULE_KINDS = ['import', 'dynamic-import', 'module-url'];

/** Absolute, without fragment; `undefined` for what is not fetched over HTTP. */
export function toHttpUrl(written: string, base: string): string | undefined {
  if (!URL.canParse(written, base)) return undefined;
  const url = new URL(written, base);
  url.hash = '';
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** The encoding that a browser reads a file in. Next sends text as UTF-8, whatever the file is written in, and names no encoding for SVG. */
export function encodingOf(assetPath: string, content: Buffer): TextEncoding {
  return formatOf(assetPath) === 'svg' ? xmlEncodingOf(content) : 'utf-8';
}

const BYTE_ORDER_MARK = '\uFEFF';
const BYTE_ORDER_MARK_BYTES = '\xEF\xBB\xBF';

/** Tells the line, from 1, that an offset is in; asked for one offset after the other, each further on. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    for (; next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) line++;
    return line;
  };
}

function unreadable(line: number, why: string): LexedFile {
  return { references: [], problem: { line, why } };
}

/**
 * In the order of the text, with their lines.
 *
 * @param by what stands in front of the text that was lexed. Default: nothing.
 */
function locate(found: readonly FoundReference[], text: string, by = 0): Reference[] {
  const lineOf = lineCounter(text);
  const references = [...found]
    .sort((a, b) => a.start - b.start)
    .map((reference) => ({ ...reference, line: lineOf(reference.start), start: reference.start + by, end: reference.end + by }));
  // A string cut out of another one keeps all of it in memory: here, the text of every file.
  return JSON.parse(JSON.stringify(references)) as Reference[];
}

/** Words of which one must stand in a file that holds any reference, whatever its lexer says. */
const MARKS: Partial<Record<Format, readonly string[]>> = {
  javascript: ['import', 'export', 'sourceMappingURL='],
  svg: ['href', 'style', '(', 'src', 'poster', 'data'],
};

/** Most files hold none, and a search through bytes is quicker than any lexer. */
function holdsMarks(format: Format, content: Buffer): boolean {
  // In UTF-16 they look different.
  return isUtf16(content) || (MARKS[format]?.some((mark) => content.includes(mark)) ?? true);
}

function isUtf16(content: Buffer): boolean {
  return bytesPerUnit(xmlEncodingOf(content)) === 2;
}

type Lexer = (text: string, onBrokenSpot: (spot: BrokenSpot) => void) => FoundReference[];

/** Loaded when a file asks for them: most builds find nothing changed, and start quicker without. */
function lexerOf(format: Format | 'css-bytes'): Lexer {
  switch (format) {
    case 'css':
      return (require('./css-references.js') as typeof import('./css-references.js')).findCssReferences;
    case 'css-bytes':
      return (require('./css-references.js') as typeof import('./css-references.js')).findCssReferencesInBytes;
    case 'javascript':
      return (require('./javascript-references.js') as typeof import('./javascript-references.js')).findJavascriptReferences;
    case 'svg':
      return (require('./svg-references.js') as typeof import('./svg-references.js')).findSvgReferences;
    case 'web-manifest':
      return findWebManifestReferences;
    case 'json':
      return findJsonMentions;
  }
}
