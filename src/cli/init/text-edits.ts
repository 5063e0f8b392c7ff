import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { applyEdits, type Edit, type Node } from 'jsonc-parser';
import { SmartCacheError, systemErrorCode } from '../../core/errors.js';
import { memberOf, parseJson } from '../../core/json-tree.js';
import { bomOf, newlineOf } from './wrap-config.js';

/** Where something is in a text, in UTF-16 code units. */
type Place = Pick<Node, 'offset' | 'length'>;

/** One more member of an object; `value` is JSON. */
export interface NewMember {
  name: string;
  value: string;
}

/**
 * Adds members at the end of an object, or before one of its members, with the
 * indentation, line ends, comments and trailing comma of the file.
 *
 * @param before the member that the new ones precede. Default: they come last.
 */
export function addMembers(text: string, object: Node, added: readonly NewMember[], before?: Node): Edit[] {
  const last = object.children?.at(-1);
  if (last === undefined) return [fillEmpty(text, object, added)];
  const written = added.map(print);
  if (before === undefined) return appendAfter(text, last, written);
  const separator = separatorBefore(text, before);
  return [insertAt(before.offset, written.map((member) => `${member},${separator}`).join(''))];
}

/**
 * Adds text after the last entry of an object or a list, in JSON or in JavaScript.
 *
 * @param added the new entries, without commas.
 */
export function appendAfter(text: string, last: Place, added: readonly string[]): Edit[] {
  const separator = separatorBefore(text, last);
  const end = last.offset + last.length;
  const [, gap = '', comma = ''] = /^((?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*)(,?)/.exec(text.slice(end)) ?? [];
  const afterComma = comma === '' ? end : end + gap.length + comma.length;
  const [comment = ''] = /^[ \t]*(?:\/\/.*|\/\*.*?\*\/(?=[ \t]*[\r\n]))/.exec(text.slice(afterComma)) ?? [];
  const content = added.map((entry) => separator + entry).join(',') + comma;
  const place = afterComma + comment.length;
  if (comma !== '') return [insertAt(place, content)];
  // The comma belongs before the comment that ends the line, and the new lines after it.
  return comment === '' ? [insertAt(end, `,${content}`)] : [insertAt(end, ','), insertAt(place, content)];
}

/**
 * An object as the value of a member.
 *
 * @param indent of the member; `undefined` writes all on one line.
 */
export function printObject(text: string, members: readonly NewMember[], indent: string | undefined): string {
  if (indent === undefined) return `{ ${members.map(print).join(', ')} }`;
  const newline = newlineOf(text);
  const unit = indent || '  ';
  return `{${newline}${members.map((member) => indent + unit + print(member)).join(`,${newline}`)}${newline}${indent}}`;
}

/** The white space before a member that is the first on its line. */
export function indentOf(text: string, { offset }: Place): string | undefined {
  return /(?:^|\n)([ \t]*)$/.exec(text.slice(0, offset))?.[1];
}

export function replaceNode({ offset, length }: Place, content: string): Edit {
  return { offset, length, content };
}

export function insertAt(offset: number, content: string): Edit {
  return { offset, length: 0, content };
}

/** The white space between an entry and the one before it. */
function separatorBefore(text: string, entry: Place): string {
  const indent = indentOf(text, entry);
  return indent === undefined ? ' ' : newlineOf(text) + indent;
}

function fillEmpty(text: string, { offset }: Node, added: readonly NewMember[]): Edit {
  const isClosed = text[offset + 1] === '}';
  return insertAt(offset + 1, ` ${added.map(print).join(', ')}${isClosed ? ' ' : ''}`);
}

function print({ name, value }: NewMember): string {
  return `${JSON.stringify(name)}: ${value}`;
}

const COMMAND = 'next-smart-cache build';
const PREBUILD = { name: 'prebuild', value: JSON.stringify(COMMAND) };

/**
 * Adds `next-smart-cache build` to the `prebuild` script of a package.json,
 * before the commands that are there. The rest of the text stays as it is.
 *
 * @throws {Error} for a text that is not a JSON object, and for `scripts` of another type.
 */
export function addPrebuildScript(text: string): string {
  const bom = bomOf(text);
  const json = text.slice(bom.length);
  return bom + applyEdits(json, editsFor(json));
}

function editsFor(json: string): Edit[] {
  const root = parseJson(json);
  if (root.type !== 'object') throw new Error('it is not an object');
  const scripts = memberOf(root, 'scripts');
  if (scripts === undefined) {
    const [first] = root.children ?? [];
    const value = printObject(json, [PREBUILD], first ? indentOf(json, first) : '  ');
    if (first !== undefined) return addMembers(json, root, [{ name: 'scripts', value }], first);
    const newline = newlineOf(json);
    return [replaceNode(root, `{${newline}  "scripts": ${value}${newline}}${newline}`)];
  }
  if (scripts.type === 'null') return [replaceNode(scripts, printObject(json, [PREBUILD], undefined))];
  if (scripts.type !== 'object') throw new Error('its "scripts" is not an object');
  const prebuild = memberOf(scripts, 'prebuild');
  if (prebuild === undefined) {
    // Beside the script that it runs before.
    const build = memberOf(scripts, 'build')?.parent ?? scripts.children?.[0];
    return addMembers(json, scripts, [PREBUILD], build);
  }
  if (prebuild.type === 'null') return [replaceNode(prebuild, PREBUILD.value)];
  if (prebuild.type !== 'string') throw new Error('its script "prebuild" is not a string');
  const commands = String(prebuild.value);
  if (/\bnext-smart-cache\s+build\b/.test(commands)) return [];
  return [insertAt(prebuild.offset + 1, commands.trim() === '' ? COMMAND : `${COMMAND} && `)];
}

/** What is read of a package.json. */
interface PackageJson {
  type?: unknown;
  workspaces?: unknown;
  dependencies?: Record<string, unknown> | null;
  devDependencies?: Record<string, unknown> | null;
}

/** Where the pages of an app are. */
const PAGE_FOLDERS = ['app', 'pages', 'src/app', 'src/pages'];

/**
 * Refuses a folder that has nothing of a Next app: no `next.config`, no pages,
 * and no `next` in its package.json.
 *
 * @param packageText of its package.json, an object.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_USAGE`
 */
export function requireNextApp(root: string, packageText: string, configFile: string | undefined): void {
  const { workspaces, dependencies, devDependencies } = parsePackage(packageText);
  const hasNext = Object.hasOwn({ ...dependencies, ...devDependencies }, 'next');
  const has = (name: string) => fs.existsSync(path.join(root, name));
  if (configFile !== undefined || hasNext || PAGE_FOLDERS.some(has)) return;
  const isWorkspace = workspaces !== undefined || has('pnpm-workspace.yaml');
  throw new SmartCacheError('ERR_SMART_CACHE_USAGE', {
    what: 'There is no Next app in this folder; nothing was written',
    where: root,
    why: isWorkspace
      ? 'it is the root of a workspace, and the app is in a folder further down'
      : 'the command runs in another folder than the app',
    fix: "run it in the app's folder, the one with app/ or pages/, or pass --cwd DIR",
  });
}

/** Whether a package.json makes ES modules of the `.js` files beside it. */
export function isModulePackage(packageText: string): boolean {
  return parsePackage(packageText).type === 'module';
}

function parsePackage(text: string): PackageJson {
  return JSON.parse(text.slice(bomOf(text).length)) as PackageJson;
}

/**
 * The text of a file, or `undefined` for no file. `init` would replace a file
 * that it takes for missing, and damage one that is not UTF-8.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function readUtf8IfThere(file: string): string | undefined {
  let content: Buffer;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    const systemCode = systemErrorCode(error);
    // ENOTDIR: a parent is a file, so this path cannot exist.
    if (systemCode === 'ENOENT' || systemCode === 'ENOTDIR') return undefined;
    const isFolder = systemCode === 'EISDIR';
    throw unreadable(file, error, {
      what: 'A file cannot be read; nothing was written',
      why: isFolder ? 'it is a folder' : `the system said ${systemCode ?? String(error)}`,
      fix: `${isFolder ? 'remove or rename it' : 'make it readable for this user'} and run the command again`,
    });
  }
  if (isUtf8(content)) return content.toString();
  throw unreadable(file, undefined, {
    what: 'A file cannot be changed without damage; nothing was written',
    why: 'it is not text in UTF-8',
    fix: 'save it as UTF-8 and run the command again',
  });
}

/** A file of the app that `init` would rewrite, and cannot. */
export function unreadable(where: string, cause: unknown, { what, why, fix }: { what: string; why: string; fix: string }): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { what, where, why, fix }, { cause });
}
