import { type MemberNode, type ObjectNode, parse, type ValueNode } from '@humanwhocodes/momoa';
import { bomOf, newlineOf } from './code-style.js';

const COMMAND = 'next-smart-cache build';
const PREBUILD = `"prebuild": "${COMMAND}"`;

/**
 * Adds `next-smart-cache build` to the `prebuild` script of a package.json, in
 * front of what is there. All else stays as it is written.
 *
 * @throws {Error} for what is not a JSON object, and scripts that are none.
 */
export function addPrebuildScript(text: string): string {
  const bom = bomOf(text);
  return bom + addToJson(text.slice(bom.length));
}

function addToJson(json: string): string {
  const { body } = parse(json, { mode: 'json' });
  if (body.type !== 'Object') throw new Error('it is not an object');
  const scripts = memberOf(body, 'scripts');
  if (scripts === undefined) return addScripts(json, body);
  if (scripts.value.type === 'Null') return replace(json, scripts.value, `{ ${PREBUILD} }`);
  if (scripts.value.type !== 'Object') throw new Error('its "scripts" is not an object');
  const prebuild = memberOf(scripts.value, 'prebuild');
  if (prebuild === undefined) return addPrebuild(json, scripts.value);
  if (prebuild.value.type === 'Null') return replace(json, prebuild.value, `"${COMMAND}"`);
  if (prebuild.value.type !== 'String') throw new Error('its script "prebuild" is not a string');
  const { value, loc } = prebuild.value;
  if (/\bnext-smart-cache\s+build\b/.test(value)) return json;
  return insert(json, loc.start.offset + 1, value.trim() === '' ? COMMAND : `${COMMAND} && `);
}

/** In front of all else. */
function addScripts(json: string, { members: [first] }: ObjectNode): string {
  const newline = newlineOf(json);
  if (first === undefined) return `{${newline}  "scripts": {${newline}    ${PREBUILD}${newline}  }${newline}}${newline}`;
  const indent = indentOf(json, first);
  return insert(
    json,
    first.loc.start.offset,
    `"scripts": {${newline}${indent}${indent}${PREBUILD}${newline}${indent}},${newline}${indent}`,
  );
}

/** Beside the script that it runs before. */
function addPrebuild(json: string, scripts: ObjectNode): string {
  const neighbour = memberOf(scripts, 'build') ?? scripts.members[0];
  if (neighbour === undefined) return insert(json, scripts.loc.start.offset + 1, ` ${PREBUILD} `);
  const between = `${newlineOf(json)}${indentOf(json, neighbour)}`;
  return insert(json, neighbour.loc.start.offset, `${PREBUILD},${isOnItsOwnLine(json, neighbour) ? between : ' '}`);
}

function memberOf({ members }: ObjectNode, wanted: string): MemberNode | undefined {
  return members.find(({ name }) => name.type === 'String' && name.value === wanted);
}

function indentOf(text: string, { loc }: MemberNode): string {
  return /[ \t]*$/.exec(text.slice(0, loc.start.offset))?.[0] ?? '';
}

function isOnItsOwnLine(text: string, { loc }: MemberNode): boolean {
  return /\n[ \t]*$/.test(text.slice(0, loc.start.offset));
}

function insert(text: string, offset: number, added: string): string {
  return text.slice(0, offset) + added + text.slice(offset);
}

function replace(text: string, { loc }: ValueNode, value: string): string {
  return text.slice(0, loc.start.offset) + value + text.slice(loc.end.offset);
}
