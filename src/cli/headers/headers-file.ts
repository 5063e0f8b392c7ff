import { newlineOf } from '../init/wrap-config.js';
import { IMMUTABLE, isImmutable } from '../verify/cache-headers.js';

const CACHE_CONTROL = 'Cache-Control';

/** One rule of a `_headers` file. */
export interface HeadersRule {
  path: string;
  headers: Record<string, string>;
}

/**
 * The rule that Cloudflare and Netlify need: one, for the files of this
 * package and those of Next. Nothing else is below this folder.
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
  /** A line of the file decides otherwise for files of the static folder. */
  | { outcome: 'conflict'; line: number; written: string; path: string }
  /** The host reads no further rule. */
  | { outcome: 'full'; limit: number };

/** Cloudflare ignores rules beyond this number (https://developers.cloudflare.com/workers/static-assets/headers/). */
const MAX_RULES = 100;

/**
 * Adds the rule to the text of a `_headers` file, and leaves all else as it is.
 *
 * @param text `''` for no file.
 * @param basePath Next's.
 */
export function addHeadersRule(text: string, basePath: string): HeadersFileEdit {
  const folder = staticFolder(basePath);
  const blocks = parseBlocks(text);
  const before = applyRules(blocks, folder);
  if (before.conflict && !isUnset(before.conflict)) return toConflict(before.conflict);
  if (before.isImmutable && !before.conflict) return { outcome: 'unchanged' };
  const own = blocks.find(({ path }) => path === `${folder}*`);
  if (own === undefined && blocks.length >= MAX_RULES) return { outcome: 'full', limit: MAX_RULES };
  // Cloudflare joins the values of all rules that match with a comma, unless a rule takes back what came before.
  const added = [...(before.isSet ? [`  ! ${CACHE_CONTROL}`] : []), `  ${CACHE_CONTROL}: ${IMMUTABLE}`];
  // A second rule for the same path would replace the first one.
  const edited = own === undefined ? appendLines(text, [`${folder}*`, ...added]) : insertLines(text, own.line, added);
  const { conflict } = applyRules(parseBlocks(edited), folder);
  // The line has another number in the edited text.
  return conflict ? toConflict(before.conflict ?? conflict) : { outcome: 'added', text: edited };
}

function toConflict({ line, written, path }: CachingLine): HeadersFileEdit {
  return { outcome: 'conflict', line, written, path };
}

/** Adds lines at the end, after an empty one. */
function appendLines(text: string, lines: readonly string[]): string {
  const newline = newlineOf(text);
  const start = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline;
  return `${text}${start}${lines.join(newline)}${newline}`;
}

/** Adds lines after the line of this number. */
function insertLines(text: string, line: number, lines: readonly string[]): string {
  const newline = newlineOf(text);
  const [before, after] = [text.split('\n').slice(0, line).join('\n'), text.split('\n').slice(line)];
  return [before.replace(/\r$/, ''), ...lines, after.join('\n')].join(newline);
}

/** The URL path of the folder that holds the files of Next and of this package. */
export function staticFolder(basePath: string): string {
  return `${basePath}/_next/static/`;
}

/** A rule as it is written. */
interface Block {
  path: string;
  /** Of the path, from 1. */
  line: number;
  headers: { name: string; value: string | undefined; line: number; written: string }[];
}

/**
 * Reads a file as Cloudflare does (wrangler 4.164): spaces around a line mean
 * nothing, `! Name` takes a header back, and of two rules with the same path
 * the last one counts, in the place of the first.
 */
function parseBlocks(text: string): Block[] {
  const blocks = new Map<string, Block>();
  let block: Block | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    // `trim` takes a byte-order mark for a space, too.
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    if (/^(?:[^\s]+:\/\/|\/)/.test(written)) {
      block = { path: written, line: index + 1, headers: [] };
      blocks.set(written, block);
      continue;
    }
    const [, unset, name = unset, value] = /^(?:! *([^:]+)|([^:]+):(.*))$/.exec(written) ?? [];
    if (name !== undefined) block?.headers.push({ name: name.trim().toLowerCase(), value: value?.trim(), line: index + 1, written });
  }
  return [...blocks.values()];
}

/** A line that says how long files of the folder may be kept. */
interface CachingLine {
  path: string;
  /** `undefined`: it takes back what other rules have set. */
  value: string | undefined;
  line: number;
  written: string;
}

/** What all rules together say of the files of a folder. */
interface Effect {
  /** Whether a rule for the whole folder sets a value. */
  isImmutable: boolean;
  /** Whether any rule sets a value for some of the files. */
  isSet: boolean;
  /** The first line that keeps some of the files from being immutable, after the rule that makes them so. */
  conflict: CachingLine | undefined;
}

/** Applies the rules in their order. */
function applyRules(blocks: readonly Block[], folder: string): Effect {
  const lines: (CachingLine & { isForAll: boolean })[] = [];
  for (const { path, headers } of blocks) {
    const reach = reachOf(path, folder);
    if (reach === 'none') continue;
    const isForAll = reach === 'whole';
    const own = headers.filter(({ name }) => name === CACHE_CONTROL.toLowerCase()).map((header) => ({ ...header, path, isForAll }));
    // Within one rule, what is taken back is taken back first.
    const unset = own.find(isUnset);
    if (unset && isForAll) lines.length = 0;
    lines.push(...(unset ? [unset] : []), ...own.filter((line) => !isUnset(line)));
  }
  const start = lines.findIndex((line) => line.isForAll && !isUnset(line));
  return {
    isImmutable: start >= 0,
    isSet: lines.some((line) => !isUnset(line)),
    conflict: lines.find((line) => !isUnset(line) && !isImmutable(line.value)) ?? lines.slice(Math.max(0, start)).find(isUnset),
  };
}

function isUnset({ value }: Pick<CachingLine, 'value'>): boolean {
  return value === undefined;
}

/**
 * How much of a folder the path of a rule covers: `*` stands for anything,
 * `:name` for one segment. A rule for one host covers a part.
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
  const source = segment.replace(/[-/\\^$+?.()|[\]{}]/g, '\\$&').replace(/:[A-Za-z]\w*/g, '[^/]+');
  return new RegExp(`^${source}${isStart ? '' : '$'}`).test(name);
}
