import fs from 'node:fs';
import path from 'node:path';
import { parseTsconfig } from 'get-tsconfig';
import { applyEdits, type Edit, type Node } from 'jsonc-parser';
import { lineOf, memberOf, parseJson } from '../../core/json-tree.js';
import { readTextIfThere } from '../../disk/files.js';
import type { Project } from '../../pipeline/project.js';
import { addMembers, indentOf, type NewMember, printObject, readUtf8IfThere, replaceNode, unreadable } from './text-edits.js';
import { bomOf } from './wrap-config.js';

/** The outcome for `jsxImportSource`. */
export interface JsxPlan {
  /** The config of TypeScript or JavaScript that Next reads. */
  file: string;
  /** `by-hand`: the app's elements are made by another runtime, or the file is shared; `message` says so. */
  outcome: 'present' | 'to-write' | 'by-hand';
  /** The new text of the file, under `to-write`. */
  text?: string;
  message?: string;
}

const OURS = 'next-smart-cache';

/**
 * Plans `compilerOptions.jsxImportSource` in the one file that Next reads:
 * `tsconfig.json` if there is one, or Next is about to make one; else `jsconfig.json`.
 *
 * @param sources the app's own source files, absolute.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function planJsx({ root, tsconfigFile, usesEmotion }: Project, sources: readonly string[]): JsxPlan {
  const isTyped = fs.existsSync(tsconfigFile) || sources.some((file) => isTypedRoute(path.relative(root, file)));
  const file = isTyped ? tsconfigFile : path.join(root, 'jsconfig.json');
  const text = readUtf8IfThere(file) ?? '';
  const bom = bomOf(text);
  const json = text.slice(bom.length);
  const config = json.trim() === '' ? undefined : parseConfig(file, json);
  const options = memberOf(config, 'compilerOptions');
  // Next resolves "extends" in a tsconfig.json, but not in a jsconfig.json (loadJsConfig in Next 16.4).
  const inherited = isTyped && memberOf(config, 'extends') !== undefined ? readExtended(file) : {};
  const source = memberOf(options, 'jsxImportSource')?.value ?? inherited.jsxImportSource;
  const name = path.relative(root, file);
  if (source === OURS) return { file, outcome: 'present' };
  if (source !== undefined) {
    const place = memberOf(options, 'jsxImportSource') ?? memberOf(config, 'extends');
    return byHand(`${name}:${lineOf(json, place?.offset ?? 0)} names "${source}" as jsxImportSource`);
  }
  if (usesEmotion) return byHand('compiler.emotion in next.config makes elements with "@emotion/react"');
  if (name.startsWith('..')) {
    const message = `${name} is outside of the app, and other apps may read it; to have this app's elements hashed, write "jsxImportSource": "${OURS}" into its compilerOptions`;
    return { file, outcome: 'by-hand', message };
  }
  const jsx = memberOf(options, 'jsx');
  return { file, outcome: 'to-write', text: bom + edited(json, config, options, jsx, jsx?.value ?? inherited.jsx) };

  function byHand(found: string): JsxPlan {
    const message = `${found}, and an app has only one JSX runtime; its elements keep plain URLs. Use asset() and the components ("Components" in the README of ${OURS})`;
    return { file, outcome: 'by-hand', message };
  }
}

/** Next makes a tsconfig.json for an app that has a file of TypeScript among its routes (getTypeScriptIntent in Next 16.4). */
function isTypedRoute(relativePath: string): boolean {
  return /^(?:src[\\/])?(?:app|pages)[\\/].*\.tsx?$/.test(relativePath);
}

function parseConfig(file: string, json: string): Node {
  const because = (why: string, cause?: unknown) =>
    unreadable(file, cause, {
      what: 'A file cannot be read as JSON with comments; nothing was written',
      why,
      fix: 'correct it and run the command again',
    });
  let config: Node;
  try {
    config = parseJson(json, 'jsonc');
  } catch (error) {
    throw because((error as Error).message, error);
  }
  const options = memberOf(config, 'compilerOptions');
  if (config.type !== 'object') throw because('it is not an object');
  if (options !== undefined && options.type !== 'object') throw because('its "compilerOptions" is not an object');
  return config;
}

/** The options of a file together with those of the files that it extends. */
function readExtended(file: string): { jsx?: unknown; jsxImportSource?: unknown } {
  try {
    return parseTsconfig(file).compilerOptions ?? {};
  } catch (error) {
    throw unreadable(file, error, {
      what: 'A config that another one extends cannot be read; nothing was written',
      why: (error as Error).message,
      fix: 'install the dependencies, or correct "extends", and run the command again',
    });
  }
}

/** @param effective the `jsx` that counts. Next 15 makes `preserve` of it, and Next 16 `react-jsx`; both know the runtime. */
function edited(json: string, config: Node | undefined, options: Node | undefined, jsx: Node | undefined, effective: unknown): string {
  const isAutomatic = effective !== undefined && effective !== 'react';
  const edits: Edit[] = [];
  const added: NewMember[] = [{ name: 'jsxImportSource', value: `"${OURS}"` }];
  if (!isAutomatic && jsx !== undefined) edits.push(replaceNode(jsx, '"react-jsx"'));
  else if (!isAutomatic) added.unshift({ name: 'jsx', value: '"react-jsx"' });
  if (config === undefined) return `{\n  "compilerOptions": ${printObject(json, added, '  ')}\n}\n`;
  if (options !== undefined) return applyEdits(json, [...edits, ...addMembers(json, options, added)]);
  const [first] = config.children ?? [];
  const value = printObject(json, added, first && indentOf(json, first));
  return applyEdits(json, addMembers(json, config, [{ name: 'compilerOptions', value }]));
}

/** A place that keeps elements from the runtime, although the config names it. */
export interface OtherRuntime {
  /** Absolute. */
  file: string;
  /** From 1; `undefined` for the whole file. */
  line?: number;
  message: string;
}

/** The names that Next looks for (get-babel-config-file in Next 16.4). */
const BABEL_CONFIG = /^(?:\.babelrc(?:\.(?:json|js|mjs|cjs))?|babel\.config\.(?:js|json|mjs|cjs))$/;

/** Comments and directives; compilers read pragmas only before the first other token. */
const HEAD = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/|(?:'[^'\n]*'|"[^"\n]*");?)*/;
const PRAGMA = /@(jsxImportSource|jsxRuntime|jsx)\s+([\w@./-]+)/;

/** Finds files whose elements another runtime makes: by a pragma, or because Babel compiles them. */
export function findOtherRuntimes(root: string, sources: readonly string[]): OtherRuntime[] {
  const scripts = sources.filter((file) => /\.[cm]?[jt]sx?$/.test(file));
  const byPragma = scripts.flatMap((file): OtherRuntime[] => {
    const [head] = HEAD.exec(readTextIfThere(file) ?? '') ?? [''];
    const found = PRAGMA.exec(head);
    if (found === null || [OURS, 'automatic'].includes(found[2] ?? '')) return [];
    const [pragma] = found;
    return [
      {
        file,
        line: lineOf(head, found.index),
        message: `${pragma}: the elements of this file keep plain URLs; use asset() and the components in it`,
      },
    ];
  });
  const babel = fs
    .readdirSync(root)
    .filter((name) => BABEL_CONFIG.test(name))
    .map((name) => path.join(root, name));
  const byBabel = babel.filter((file) => !readTextIfThere(file)?.includes(OURS));
  return [...byPragma, ...byBabel.map((file) => ({ file, message: BABEL }))];
}

const BABEL =
  'with this file, Next compiles with Babel, which does not read jsxImportSource; ' +
  `replace "next/babel" with ["next/babel", { "preset-react": { "runtime": "automatic", "importSource": "${OURS}" } }]`;
