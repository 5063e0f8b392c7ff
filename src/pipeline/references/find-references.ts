import { splitExtension } from '../../core/asset-path.js';
import { type DocumentSearch, findDocumentSearch } from './document-search.js';
import { type BrokenSpot, type FoundReference, type Reference, ReferencesUnreadableError } from './reference.js';
import { decodeText, type TextEncoding, utf16Of, xmlEncodingOf } from './text-encoding.js';

export interface LexedFile {
  /** In the order of the text. */
  references: Reference[];
  /** Why references of the file cannot be rewritten. */
  problem?: Problem;
  search?: DocumentSearch;
}

export interface Problem {
  line: number;
  why: string;
  /** Whether only one spot is left unchanged. Default: false, which means the whole file. */
  isPartial?: boolean;
}

type Format = 'css' | 'javascript' | 'svg' | 'web-manifest' | 'json';

const MIB = 1024 * 1024;

/** Larger files are served as they are, since each lexer needs a multiple of the file's size in memory. */
const MAX_BYTES: Record<Format, number> = { css: 4 * MIB, javascript: 10 * MIB, svg: 10 * MIB, 'web-manifest': MIB, json: 10 * MIB };

/** Whether {@link findReferences} reads a file, unless it is too large. */
export function isLookedInto(assetPath: string): boolean {
  return formatOf(assetPath) !== undefined;
}

/** Whether a file is data that may mention other files. Its text is never rewritten. */
export function isJsonData(assetPath: string): boolean {
  return formatOf(assetPath) === 'json';
}

/** Returns the format of a file; `undefined` for one without references. */
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
 * Finds the references of one file. If the lexer cannot read the file or a spot in
 * it, {@link LexedFile.problem} says why.
 *
 * @param size bytes.
 * @param read called only if the file may have references and is not too large.
 * @returns `undefined` if there is nothing to report.
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
  // In a stylesheet, browsers replace only the bytes that are not UTF-8.
  const isText = decoded !== undefined || format !== 'css' || utf16Of(content) !== undefined;
  const whole = isText ? decoded : content.toString('latin1');
  if (whole === undefined)
    return unreadable(1, encoding === 'utf-8' ? 'it is not text in UTF-8' : `it is text in the unsupported encoding ${encoding}`);
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
 * Lists the absolute URLs that a browser loads because of a file. Source maps,
 * pages, and texts that may be URLs are not among them.
 *
 * @param url absolute URL of the file. Its extension decides the format.
 * @param withModules whether to list imported modules. Default: true.
 */
export function findLoadedUrls(url: string, content: Buffer, { withModules = true } = {}): string[] {
  const references = findReferences(new URL(url).pathname, content.length, () => content)?.references ?? [];
  return references
    .filter(({ kind }) => !['source-map', 'page', 'mention', ...(withModules ? [] : MODULE_KINDS)].includes(kind))
    .flatMap((reference) => toHttpUrl(reference.url, url) ?? []);
}

const MODULE_KINDS = ['import', 'dynamic-import', 'module-url'];

/** Returns an absolute URL without fragment; `undefined` if it is not an HTTP URL. */
export function toHttpUrl(written: string, base: string): string | undefined {
  if (!URL.canParse(written, base)) return undefined;
  const url = new URL(written, base);
  url.hash = '';
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** Returns the encoding that a browser assumes. Next sends `charset=utf-8` with CSS, JavaScript and JSON, and no charset with SVG. */
export function encodingOf(assetPath: string, content: Buffer): TextEncoding {
  return formatOf(assetPath) === 'svg' ? xmlEncodingOf(content) : 'utf-8';
}

const BYTE_ORDER_MARK = '\uFEFF';
const BYTE_ORDER_MARK_BYTES = '\xEF\xBB\xBF';

/** Returns a function that turns an offset into its line, from 1. The offsets must not decrease. */
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
 * Sorts references by their place, and adds their lines.
 *
 * @param by the length of the byte-order mark before `text`.
 */
function locate(found: readonly FoundReference[], text: string, by: number): Reference[] {
  const lineOf = lineCounter(text);
  const references = [...found]
    .sort((a, b) => a.start - b.start)
    .map((reference) => ({ ...reference, line: lineOf(reference.start), start: reference.start + by, end: reference.end + by }));
  // A substring keeps the whole string in memory (https://crbug.com/v8/2869), here the text of every file.
  return JSON.parse(JSON.stringify(references)) as Reference[];
}

/** Every file with a reference contains one of these words. */
const MARKS: Partial<Record<Format, readonly string[]>> = {
  javascript: ['import', 'export', 'sourceMappingURL='],
  svg: ['href', 'style', '(', 'src', 'poster', 'data'],
};

/** Most files have no references, and a search through bytes is quicker than a lexer. */
function holdsMarks(format: Format, content: Buffer): boolean {
  // In UTF-16, the words have other bytes.
  return utf16Of(content) !== undefined || (MARKS[format]?.some((mark) => content.includes(mark)) ?? true);
}

type Lexer = (text: string, onBrokenSpot: (spot: BrokenSpot) => void) => FoundReference[];

/** Loads a lexer on first use. Most builds find no changed file, and start quicker without lexers. */
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
      return jsonLexers().findWebManifestReferences;
    case 'json':
      return jsonLexers().findJsonMentions;
  }
}

const jsonLexers = () => require('./json-references.js') as typeof import('./json-references.js');
