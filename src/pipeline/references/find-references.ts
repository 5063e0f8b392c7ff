import { isUtf8 } from 'node:buffer';
import { splitExtension } from '../../core/asset-path.js';
import type { BrokenSpot, FoundReference, FoundReferences, Reference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

/** What a file says of other files; `undefined` for one that can say nothing. */
export interface LexedFile {
  /** In the order of the text. */
  references: Reference[];
  /** Whether the file says itself that it is a JavaScript module: by its syntax, or by its name. */
  isModule: boolean;
  /** Why the references of the file cannot be followed. */
  problem?: Problem;
}

export interface Problem {
  line: number;
  why: string;
  /** Whether only that spot is left alone. Default: false, all of the file is. */
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

/** Whether a file is data that may mention others, and that nothing is rewritten in. */
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
 * Finds the references of one file. What a lexer cannot read, be it the file or
 * a spot in it, is served as it is, and {@link LexedFile.problem} says why.
 *
 * @param size bytes.
 * @param read called for a file that may hold references, and is not too large.
 */
export function findReferences(assetPath: string, size: number, read: () => Buffer): LexedFile | undefined {
  const format = formatOf(assetPath);
  if (format === undefined) return undefined;
  if (size > MAX_BYTES[format]) return unreadable(1, `it is larger than ${MAX_BYTES[format] / MIB} MiB`);
  const content = read();
  if (!holdsMarks(format, content)) return undefined;
  // Next sends text as UTF-8, whatever the file is written in.
  const isText = isUtf8(content);
  // Browsers replace the bytes of a stylesheet that are not UTF-8, and read the rest.
  if (!isText && (format !== 'css' || isUtf16(content))) return unreadable(1, 'it is not text in UTF-8');
  const whole = content.toString(isText ? 'utf8' : 'latin1');
  const mark = isText ? BYTE_ORDER_MARK : BYTE_ORDER_MARK_BYTES;
  const offset = whole.startsWith(mark) ? mark.length : 0;
  const text = whole.slice(offset);
  try {
    const { references, isModule, brokenSpot } = lexersOf(isText ? format : 'css-bytes')(text);
    if (references.length === 0 && !isModule && !brokenSpot) return undefined;
    return {
      references: locate(references, text, offset),
      isModule: isModule || isModuleName(assetPath),
      ...(brokenSpot && { problem: { line: lineCounter(text)(brokenSpot.offset), why: brokenSpot.why, isPartial: true } }),
    };
  } catch (error) {
    if (error instanceof ReferencesUnreadableError) return unreadable(lineCounter(text)(error.offset), error.message);
    throw error;
  }
}

const BYTE_ORDER_MARK = '\uFEFF';
const BYTE_ORDER_MARK_BYTES = '\xEF\xBB\xBF';

function isModuleName(assetPath: string): boolean {
  return assetPath.toLowerCase().endsWith('.mjs');
}

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
  return { references: [], isModule: false, problem: { line, why } };
}

/**
 * In the order of the text, with their lines.
 *
 * @param by what stands in front of the text that was lexed. Default: nothing.
 */
export function locate(found: readonly FoundReference[], text: string, by = 0): Reference[] {
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
  svg: ['href', 'style'],
};

/** Most files hold none, and a search through bytes is quicker than any lexer. */
function holdsMarks(format: Format, content: Buffer): boolean {
  // In UTF-16, which browsers tell by its byte-order mark, they look different.
  return isUtf16(content) || (MARKS[format]?.some((mark) => content.includes(mark)) ?? true);
}

function isUtf16(content: Buffer): boolean {
  return (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
}

type Lexer = (text: string) => FoundReferences;

/** Loaded when a file asks for them: most builds find nothing changed, and start quicker without. */
function lexersOf(format: Format | 'css-bytes'): Lexer {
  const withoutModules =
    (find: (text: string, onBrokenSpot: (spot: BrokenSpot) => void) => FoundReference[]): Lexer =>
    (text) => {
      const spots: BrokenSpot[] = [];
      return { references: find(text, (spot) => spots.push(spot)), isModule: false, brokenSpot: spots[0] };
    };
  switch (format) {
    case 'css':
      return withoutModules((require('./css-references.js') as typeof import('./css-references.js')).findCssReferences);
    case 'css-bytes':
      return withoutModules((require('./css-references.js') as typeof import('./css-references.js')).findCssReferencesInBytes);
    case 'javascript':
      return (require('./javascript-references.js') as typeof import('./javascript-references.js')).findJavascriptReferences;
    case 'svg':
      return withoutModules((require('./svg-references.js') as typeof import('./svg-references.js')).findSvgReferences);
    case 'web-manifest':
      return withoutModules(
        (require('./web-manifest-references.js') as typeof import('./web-manifest-references.js')).findWebManifestReferences,
      );
    case 'json':
      return withoutModules((require('./json-mentions.js') as typeof import('./json-mentions.js')).findJsonMentions);
  }
}
