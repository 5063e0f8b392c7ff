import fs from 'node:fs';
import path from 'node:path';
import type { AnyNode, Program, Property } from 'acorn';
import { applyEdits } from 'jsonc-parser';
import { appendAfter, readUtf8IfThere } from './text-edits.js';
import { findExported, nodesIn, parseSource, quoteOf } from './wrap-config.js';

/** The outcome for our PostCSS plugin. */
export interface PostcssPlan {
  /** The config that Turbopack reads. */
  file: string;
  /** `by-hand`: the config is outside of the app, or has a form that is not known; `message` says what to add. */
  outcome: 'present' | 'to-write' | 'by-hand';
  /** The new text of the file, under `to-write`. */
  text?: string;
  message?: string;
}

const OURS = 'next-smart-cache/postcss';

/**
 * Plans our plugin as the last one of the app's PostCSS config. Turbopack runs
 * PostCSS after all loaders and takes its plugins from this config alone, so
 * no loader or alias sees the URLs that plugins such as Tailwind's make.
 *
 * @param packageText of the app's package.json, which may hold the config.
 * @returns `undefined` for an app without plugins: a config for ours would switch off those of Next.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export async function planPostcss(root: string, packageText: string): Promise<PostcssPlan | undefined> {
  const packageFile = path.join(root, 'package.json');
  const isInPackage = (await readConfig(packageFile, packageText))?.config !== undefined;
  const file = isInPackage ? packageFile : findConfigFile(root);
  if (file === undefined) return undefined;
  const text = isInPackage ? packageText : (readUtf8IfThere(file) ?? '');
  const found = await readConfig(file, text);
  const name = path.relative(root, file);
  const byHand = (reason: string): PostcssPlan => ({ file, outcome: 'by-hand', message: `${reason}; ${ADVICE}` });
  if (found?.isOursNamed) return { file, outcome: 'present' };
  if (name.startsWith('..')) return byHand(`${name} is outside of the app, and other apps may read it`);
  if (found?.plugins?.length === 0) return undefined;
  const changed = found?.plugins && (await addOurs(file, text, found.plugins));
  return changed === undefined ? byHand(`${name} has a form that init does not change`) : { file, outcome: 'to-write', text: changed };
}

const ADVICE =
  `without ${OURS} as the last of its plugins, URLs that plugins make, such as Tailwind's bg-[url(/img/x.png)], stay plain under ` +
  `Turbopack. Add it in the form of the others:\n` +
  `  "${OURS}": {} in an object, "${OURS}" in a list of names, require("${OURS}")() in a list of functions`;

const FORMATS = ['.json', '.yaml', '.yml', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * The names that Turbopack looks for, in its order, after `postcss` in the
 * package.json (turbopack-node/src/transforms/postcss.rs in Next 16.4). The list
 * includes every name that webpack builds read; webpack needs no plugin.
 */
const NAMES = [
  ...['.postcssrc', '.config/postcssrc'].flatMap((name) => ['', ...FORMATS].map((format) => name + format)),
  ...['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json'].map((format) => `postcss.config${format}`),
];

/** Looks in a folder, then in each folder above it. */
function findConfigFile(folder: string): string | undefined {
  const file = NAMES.map((name) => path.join(folder, name)).find((each) => fs.statSync(each, { throwIfNoEntry: false })?.isFile());
  const parent = path.dirname(folder);
  return file ?? (parent === folder ? undefined : findConfigFile(parent));
}

/** JSON is an expression of JavaScript, so that one parser reads all configs. */
const prefixOf = (file: string) => (/\.[cm]?[jt]s$/.test(file) ? '' : 'export default ');

interface PostcssConfig {
  isOursNamed: boolean;
  config: AnyNode | undefined;
  /** The entries of a list or an object; `undefined` for plugins that code puts together, or loads. */
  plugins: AnyNode[] | undefined;
}

/** @returns `undefined` for a text that is neither JavaScript, TypeScript nor JSON. */
async function readConfig(file: string, text: string): Promise<PostcssConfig | undefined> {
  const program = await parseSource(file, prefixOf(file) + text).then(
    (source) => source.program,
    () => undefined,
  );
  if (program === undefined) return undefined;
  const exported = resolveConstant(findExported(program)?.node, program);
  const config = path.basename(file) === 'package.json' ? memberOf(exported, 'postcss') : exported;
  const isOursNamed = [...nodesIn(program)].some((node) => stringOf(node) === OURS);
  return { isOursNamed, config, plugins: entriesOf(resolveConstant(memberOf(config, 'plugins'), program)) };
}

/** An expression without its types; for the name of a constant, the value of that. */
function resolveConstant(node: AnyNode | undefined, program: Program): AnyNode | undefined {
  const expression = withoutTypes(node);
  if (expression?.type !== 'Identifier') return expression;
  const constants = program.body.flatMap((each) => (each.type === 'VariableDeclaration' && each.kind === 'const' ? each.declarations : []));
  return withoutTypes(constants.find(({ id }) => id.type === 'Identifier' && id.name === expression.name)?.init);
}

function withoutTypes(node: AnyNode | null | undefined): AnyNode | undefined {
  // TypeScript's nodes are not among acorn's own.
  const isTyped = node != null && /^TS(?:As|Satisfies)Expression$/.test(node.type);
  return isTyped ? withoutTypes((node as unknown as { expression: AnyNode }).expression) : (node ?? undefined);
}

/** The last one counts; a spread or a computed name may hide any member. */
function memberOf(node: AnyNode | undefined, name: string): AnyNode | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  const member = node.properties.findLast((each) => each.type === 'SpreadElement' || each.computed || keyOf(each) === name);
  return member?.type === 'Property' && !member.computed ? member.value : undefined;
}

function entriesOf(node: AnyNode | undefined): AnyNode[] | undefined {
  if (node?.type === 'ObjectExpression') return node.properties;
  if (node?.type !== 'ArrayExpression') return undefined;
  // Other tools that read the config refuse a name in a list of functions.
  return node.elements.every((each) => pluginIn(each) !== undefined) ? (node.elements as AnyNode[]) : undefined;
}

/** The name in `'plugin'`, `['plugin', options]` and `plugin: options`. */
function pluginIn(entry: AnyNode | null | undefined): string | undefined {
  if (entry?.type === 'Property') return keyOf(entry);
  return stringOf(entry?.type === 'ArrayExpression' ? entry.elements[0] : entry);
}

function keyOf({ key }: Pick<Property, 'key'>): string | undefined {
  return key.type === 'Identifier' ? key.name : stringOf(key);
}

function stringOf(node: AnyNode | null | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** @returns `undefined` if the result is not what was meant. */
async function addOurs(file: string, text: string, plugins: readonly AnyNode[]): Promise<string | undefined> {
  const prefix = prefixOf(file);
  const last = plugins.at(-1) as AnyNode;
  const isObject = /^(?:Property|SpreadElement)$/.test(last.type);
  const ours = quoteOf(text) + OURS + quoteOf(text) + (isObject ? ': {}' : '');
  const edits = appendAfter(prefix + text, { offset: last.start, length: last.end - last.start }, [ours]);
  const changed = applyEdits(prefix + text, edits).slice(prefix.length);
  return pluginIn((await readConfig(file, changed))?.plugins?.at(-1)) === OURS ? changed : undefined;
}
