import fs from 'node:fs';
import path from 'node:path';
import { parseTsconfig } from 'get-tsconfig';
import { applyEdits, type Edit, type Node } from 'jsonc-parser';
import { lineOf, memberOf, parseJson } from '../../core/json-tree.js';
import { readTextIfThere } from '../../disk/files.js';
import type { Project } from '../../pipeline/project.js';
import {
  addMembers,
  bomOf,
  type FilePlan,
  indentOf,
  type NewMember,
  parseAs,
  printObject,
  readUtf8IfThere,
  replaceAt,
  unreadable,
} from './text-edits.js';

const OURS = 'next-smart-cache';

/**
 * Plans `compilerOptions.jsxImportSource` in the file that Next reads:
 * `tsconfig.json` if there is one, or if Next will create one; else `jsconfig.json`.
 *
 * @param sourceFiles of the app source, absolute.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function planJsx({ root, tsconfigFile, usesEmotion }: Project, sourceFiles: readonly string[]): FilePlan {
  // Next creates a tsconfig.json for an app with a TypeScript file among its routes (getTypeScriptIntent in Next 16.4).
  const isTypedRoute = (file: string) => /^(?:src[\\/])?(?:app|pages)[\\/].*\.tsx?$/.test(path.relative(root, file));
  const isTyped = fs.existsSync(tsconfigFile) || sourceFiles.some(isTypedRoute);
  const file = isTyped ? tsconfigFile : path.join(root, 'jsconfig.json');
  const name = path.relative(root, file);
  const text = readUtf8IfThere(file) ?? '';
  const bom = bomOf(text);
  const json = text.slice(bom.length);
  const config = json.trim() === '' ? undefined : parseAs(file, 'JSON with comments', () => parseConfig(json));
  const options = memberOf(config, 'compilerOptions');
  // Next resolves "extends" in a tsconfig.json, but not in a jsconfig.json (loadJsConfig in Next 16.4).
  const inherited = isTyped && memberOf(config, 'extends') !== undefined ? readExtended(file) : {};
  const importSource = memberOf(options, 'jsxImportSource')?.value ?? inherited.jsxImportSource;
  if (importSource === OURS) return { file, outcome: 'present' };
  if (importSource !== undefined) {
    const place = memberOf(options, 'jsxImportSource') ?? memberOf(config, 'extends');
    return byHand(`${name}:${lineOf(json, place?.offset ?? 0)} sets jsxImportSource to "${importSource}"`);
  }
  if (usesEmotion) return byHand('compiler.emotion in next.config makes elements with "@emotion/react"');
  if (name.startsWith('..')) {
    const message = `${name} is outside of the app, and other apps may read it; to hash this app's elements, add "jsxImportSource": "${OURS}" to its compilerOptions`;
    return { file, outcome: 'by-hand', message };
  }
  return { file, outcome: 'to-write', text: bom + addImportSource(json, config, inherited.jsx) };

  function byHand(found: string): FilePlan {
    const message = `${found}, and an app has only one JSX runtime, so its elements keep plain URLs; use asset() and the components ("Components" in the README of ${OURS})`;
    return { file, outcome: 'by-hand', message };
  }
}

function parseConfig(json: string): Node {
  const config = parseJson(json, 'jsonc');
  const options = memberOf(config, 'compilerOptions');
  if (config.type !== 'object') throw new Error('it is not an object');
  if (options !== undefined && options.type !== 'object') throw new Error('its "compilerOptions" is not an object');
  return config;
}

/** The options of a file, together with those of the files that it extends. */
function readExtended(file: string): { jsx?: unknown; jsxImportSource?: unknown } {
  try {
    return parseTsconfig(file).compilerOptions ?? {};
  } catch (error) {
    const fix = 'install the dependencies, or correct "extends",';
    throw unreadable(file, error, { what: 'A config in "extends" cannot be read', why: (error as Error).message, fix });
  }
}

/** @param inherited the `jsx` of the extended files. Next 15 changes `jsx` to `preserve`, and Next 16 to `react-jsx`; both use the runtime. */
function addImportSource(json: string, config: Node | undefined, inherited: unknown): string {
  const options = memberOf(config, 'compilerOptions');
  const jsx = memberOf(options, 'jsx');
  const effective = jsx?.value ?? inherited;
  const isAutomatic = effective !== undefined && effective !== 'react';
  const edits: Edit[] = [];
  const added: NewMember[] = [{ name: 'jsxImportSource', value: `"${OURS}"` }];
  if (!isAutomatic && jsx !== undefined) edits.push(replaceAt(jsx, '"react-jsx"'));
  else if (!isAutomatic) added.unshift({ name: 'jsx', value: '"react-jsx"' });
  if (config === undefined) return `{\n  "compilerOptions": ${printObject(json, added, '  ')}\n}\n`;
  if (options !== undefined) return applyEdits(json, [...edits, ...addMembers(json, options, added)]);
  const [first] = config.children ?? [];
  const value = printObject(json, added, first && indentOf(json, first));
  return applyEdits(json, addMembers(json, config, [{ name: 'compilerOptions', value }]));
}

/** A file whose elements another JSX runtime makes, although the config names ours. */
export interface OtherRuntime {
  /** Absolute. */
  file: string;
  /** The line, from 1; `undefined` for the whole file. */
  line?: number;
  message: string;
}

/** The names that Next looks for (get-babel-config-file in Next 16.4). */
const BABEL_CONFIG = /^(?:\.babelrc(?:\.(?:json|js|mjs|cjs))?|babel\.config\.(?:js|json|mjs|cjs))$/;

/** Comments and directives. Compilers read pragmas only before the first other token. */
const HEAD = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/|(?:'[^'\n]*'|"[^"\n]*");?)*/;
const PRAGMA = /@(jsxImportSource|jsxRuntime|jsx)\s+([\w@./-]+)/;

/** Finds files with a pragma for another runtime, and Babel configs. */
export function findOtherRuntimes(root: string, sourceFiles: readonly string[]): OtherRuntime[] {
  const scripts = sourceFiles.filter((file) => /\.[cm]?[jt]sx?$/.test(file));
  const byPragma = scripts.flatMap((file): OtherRuntime[] => {
    const [head] = HEAD.exec(readTextIfThere(file) ?? '') ?? [''];
    const found = PRAGMA.exec(head);
    if (found === null || [OURS, 'automatic'].includes(found[2] ?? '')) return [];
    const message = `${found[0]}: the elements of this file keep plain URLs; use asset() and the components in it`;
    return [{ file, line: lineOf(head, found.index), message }];
  });
  const babelConfigs = fs
    .readdirSync(root)
    .filter((name) => BABEL_CONFIG.test(name))
    .map((name) => path.join(root, name))
    .filter((file) => !readTextIfThere(file)?.includes(OURS));
  return [...byPragma, ...babelConfigs.map((file) => ({ file, message: BABEL }))];
}

const BABEL =
  'with this file, Next compiles with Babel, which ignores jsxImportSource; ' +
  `replace "next/babel" with ["next/babel", { "preset-react": { "runtime": "automatic", "importSource": "${OURS}" } }]`;
