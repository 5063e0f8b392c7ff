import { appendLines, newlineOf } from '../init/text-edits.js';
import { IMMUTABLE, isImmutable } from '../verify/cache-headers.js';

const CACHE_CONTROL = 'Cache-Control';

/** One rule of a `_headers` file. */
export interface HeadersRule {
  path: string;
  headers: Record<string, string>;
}

/**
 * The rule that Cloudflare and Netlify need. The folder contains only files of
 * this package and of Next.
 *
 * @param basePath Next's.
 */
export function headersRule(basePath: string): HeadersRule {
  return { path: `${staticFolder(basePath)}*`, headers: { [CACHE_CONTROL]: IMMUTABLE } };
}

/** The rule as text of a `_headers` file. */
export function printHeadersRule({ path, headers }: HeadersRule): string {
  return [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n');
}

export type HeadersFileEdit =
  /** The file serves the static folder as immutable already. */
  | { outcome: 'unchanged' }
  | { outcome: 'added'; text: string }
  /** A line of the file overrules the rule for files of the static folder. */
  | { outcome: 'conflict'; line: number; written: string; path: string }
  /** The file has as many rules as the host reads. */
  | { outcome: 'full'; limit: number };

/** Cloudflare ignores rules beyond this number (https://developers.cloudflare.com/workers/static-assets/headers/). */
const MAX_RULES = 100;

/**
 * Adds the rule to the text of a `_headers` file, and keeps the rest.
 *
 * @param text `''` for no file.
 * @param basePath Next's.
 */
export function addHeadersRule(text: string, basePath: string): HeadersFileEdit {
  const folder = staticFolder(basePath);
  const blocks = parseBlocks(text);
  const before = applyRules(blocks, folder);
  if (before.conflict && !isUnset(before.conflict)) return { outcome: 'conflict', ...before.conflict };
  if (before.isSetForAll && !before.conflict) return { outcome: 'unchanged' };
  const own = blocks.find(({ path }) => path === `${folder}*`);
  if (own === undefined && blocks.length >= MAX_RULES) return { outcome: 'full', limit: MAX_RULES };
  // Cloudflare joins the values of all matching rules with a comma, unless a rule unsets the header first.
  const added = [...(before.isSet ? [`  ! ${CACHE_CONTROL}`] : []), `  ${CACHE_CONTROL}: ${IMMUTABLE}`];
  // A second rule for the same path would replace the first one.
  const edited = own === undefined ? appendLines(text, [`${folder}*`, ...added]) : insertLines(text, own.line, added);
  const { conflict } = applyRules(parseBlocks(edited), folder);
  // In the edited text, the line may have another number.
  return conflict ? { outcome: 'conflict', ...(before.conflict ?? conflict) } : { outcome: 'added', text: edited };
}

/** @param line the number of the line before them. */
function insertLines(text: string, line: number, lines: readonly string[]): string {
  const all = text.split('\n');
  const before = all.slice(0, line).join('\n').replace(/\r$/, '');
  return [before, ...lines, all.slice(line).join('\n')].join(newlineOf(text));
}

/** The URL path of the folder that holds the files of Next and of this package. */
export function staticFolder(basePath: string): string {
  return `${basePath}/_next/static/`;
}

/** A rule with its place in the file. */
interface Block {
  path: string;
  /** The line of the path, from 1. */
  line: number;
  headers: HeaderLine[];
}

interface HeaderLine {
  path: string;
  name: string;
  /** `undefined`: it unsets the header. */
  value: string | undefined;
  line: number;
  written: string;
}

/**
 * Reads a file as Cloudflare does (wrangler 4.164): it trims lines, `! Name`
 * unsets a header, and the last of two rules with one path takes the place of
 * the first.
 */
function parseBlocks(text: string): Block[] {
  const blocks = new Map<string, Block>();
  let block: Block | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    // `trim` also removes a byte-order mark.
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    if (/^(?:[^\s]+:\/\/|\/)/.test(written)) {
      block = { path: written, line: index + 1, headers: [] };
      blocks.set(written, block);
      continue;
    }
    const [, unset, name = unset, value] = /^(?:! *([^:]+)|([^:]+):(.*))$/.exec(written) ?? [];
    if (name !== undefined)
      block?.headers.push({ path: block.path, name: name.trim().toLowerCase(), value: value?.trim(), line: index + 1, written });
  }
  return [...blocks.values()];
}

/** The effect of all rules together on the files of a folder. */
interface Effect {
  /** Whether a rule for the whole folder sets a value. */
  isSetForAll: boolean;
  /** Whether any rule sets a value for some of the files. */
  isSet: boolean;
  /**
   * The first line that takes `immutable` from some of the files: it sets another
   * value, or it comes after the rule for the whole folder and unsets the header.
   */
  conflict: HeaderLine | undefined;
}

function applyRules(blocks: readonly Block[], folder: string): Effect {
  const lines: (HeaderLine & { isForAll: boolean })[] = [];
  for (const { path, headers } of blocks) {
    const reach = reachOf(path, folder);
    if (reach === 'none') continue;
    const isForAll = reach === 'whole';
    const own = headers.filter(({ name }) => name === CACHE_CONTROL.toLowerCase()).map((header) => ({ ...header, isForAll }));
    // A rule unsets headers before it sets them.
    const unset = own.find(isUnset);
    if (unset && isForAll) lines.length = 0;
    lines.push(...(unset ? [unset] : []), ...own.filter((line) => !isUnset(line)));
  }
  const start = lines.findIndex((line) => line.isForAll && !isUnset(line));
  return {
    isSetForAll: start >= 0,
    isSet: lines.some((line) => !isUnset(line)),
    conflict: lines.find((line) => !isUnset(line) && !isImmutable(line.value)) ?? lines.slice(Math.max(0, start)).find(isUnset),
  };
}

function isUnset({ value }: HeaderLine): boolean {
  return value === undefined;
}

/**
 * How much of a folder the path of a rule matches: `*` matches anything, and
 * `:name` one segment. A rule for one host counts as a part.
 */
export function reachOf(pattern: string, folder: string): 'none' | 'part' | 'whole' {
  const path = pattern.replace(/^[^\s/]*:\/\/[^/]*/, '');
  const [head = '', ...tail] = path.split('*');
  const segments = head.split('/');
  const last = segments.length - 1;
  const names = folder.split('/').slice(0, -1);
  const isOpen = tail.length === 1 && tail[0] === '' && path === pattern;
  for (const [index, name] of names.entries()) {
    if (index < last && !matches(segments[index] ?? '', name)) return 'none';
    if (index < last) continue;
    const reachesOn = tail.length > 0 && matches(segments[index] ?? '', name, { isStart: true });
    return !reachesOn ? 'none' : isOpen ? 'whole' : 'part';
  }
  return isOpen && last === names.length && segments[last] === '' ? 'whole' : 'part';
}

function matches(segment: string, name: string, { isStart = false } = {}): boolean {
  const expression = segment.replace(/[-/\\^$+?.()|[\]{}]/g, '\\$&').replace(/:[A-Za-z]\w*/g, '[^/]+');
  return new RegExp(`^${expression}${isStart ? '' : '$'}`).test(name);
}
