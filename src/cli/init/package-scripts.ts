import { type MemberNode, type ObjectNode, parse } from '@humanwhocodes/momoa';

const COMMAND = 'next-smart-cache build';

/**
 * Adds `next-smart-cache build` to the `prebuild` script of a package.json, in
 * front of what is there. All else stays as it is written.
 *
 * @throws {Error} for what is not a JSON object.
 */
export function addPrebuildScript(text: string): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const json = text.slice(bom.length);
  const { body } = parse(json, { mode: 'json' });
  if (body.type !== 'Object') throw new Error('it is not an object');
  const newline = json.includes('\r\n') ? '\r\n' : '\n';
  const scripts = memberOf(body, 'scripts');
  if (scripts?.value.type !== 'Object') {
    const [first] = body.members;
    if (first === undefined)
      return `${bom}{${newline}  "scripts": {${newline}    "prebuild": "${COMMAND}"${newline}  }${newline}}${newline}`;
    const indent = indentOf(json, first);
    const added = `"scripts": {${newline}${indent}${indent}"prebuild": "${COMMAND}"${newline}${indent}},${newline}${indent}`;
    return bom + insert(json, first.loc.start.offset, added);
  }
  const prebuild = memberOf(scripts.value, 'prebuild');
  if (prebuild?.value.type === 'String') {
    if (prebuild.value.value.includes('next-smart-cache')) return text;
    return bom + insert(json, prebuild.value.loc.start.offset + 1, prebuild.value.value.trim() === '' ? COMMAND : `${COMMAND} && `);
  }
  // Beside the script that it runs before.
  const neighbour = memberOf(scripts.value, 'build') ?? scripts.value.members[0];
  if (neighbour === undefined) return bom + insert(json, scripts.value.loc.start.offset + 1, ` "prebuild": "${COMMAND}" `);
  const between = `${newline}${indentOf(json, neighbour)}`;
  return bom + insert(json, neighbour.loc.start.offset, `"prebuild": "${COMMAND}",${isOnItsOwnLine(json, neighbour) ? between : ' '}`);
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
