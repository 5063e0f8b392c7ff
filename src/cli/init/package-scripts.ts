import { applyEdits, type Edit } from 'jsonc-parser';
import { memberOf, parseJson } from '../../core/json-tree.js';
import { bomOf, newlineOf } from './code-style.js';
import { addMembers, indentOf, insertAt, printObject, replaceNode } from './json-edits.js';

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
