import { applyEdits, type Edit } from 'jsonc-parser';
import { memberOf, parseJson } from '../../core/json-tree.js';
import { addMembers, bomOf, indentOf, insertAt, newlineOf, printObject, replaceAt } from './text-edits.js';

const PREBUILD = 'next-smart-cache build';

/**
 * Adds `next-smart-cache build` to the `prebuild` script of a package.json,
 * before other commands.
 *
 * @throws {Error} for a text that is not a JSON object, and for `scripts` of another type.
 */
export function addPrebuildScript(text: string): string {
  const bom = bomOf(text);
  const json = text.slice(bom.length);
  return bom + applyEdits(json, prebuildEdits(json));
}

function prebuildEdits(json: string): Edit[] {
  const added = [{ name: 'prebuild', value: JSON.stringify(PREBUILD) }];
  const root = parseJson(json);
  if (root.type !== 'object') throw new Error('it is not an object');
  const scripts = memberOf(root, 'scripts');
  if (scripts === undefined) {
    const [first] = root.children ?? [];
    const value = printObject(json, added, first ? indentOf(json, first) : '  ');
    if (first !== undefined) return addMembers(json, root, [{ name: 'scripts', value }], first);
    const newline = newlineOf(json);
    return [replaceAt(root, `{${newline}  "scripts": ${value}${newline}}${newline}`)];
  }
  if (scripts.type === 'null') return [replaceAt(scripts, printObject(json, added, undefined))];
  if (scripts.type !== 'object') throw new Error('its "scripts" is not an object');
  const prebuild = memberOf(scripts, 'prebuild');
  // Insert it before `build`, which npm runs after it.
  if (prebuild === undefined) return addMembers(json, scripts, added, memberOf(scripts, 'build')?.parent ?? scripts.children?.[0]);
  if (prebuild.type === 'null') return [replaceAt(prebuild, JSON.stringify(PREBUILD))];
  if (prebuild.type !== 'string') throw new Error('its script "prebuild" is not a string');
  const commands = String(prebuild.value);
  if (/\bnext-smart-cache\s+build\b/.test(commands)) return [];
  return [insertAt(prebuild.offset + 1, commands.trim() === '' ? PREBUILD : `${PREBUILD} && `)];
}
