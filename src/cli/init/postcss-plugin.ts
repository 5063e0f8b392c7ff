import fs from 'node:fs';
import path from 'node:path';
import type { AnyNode, Program, Property } from 'acorn';
import { applyEdits } from 'jsonc-parser';
import { appendAfter, type FilePlan, quoteOf, readUtf8IfThere } from './text-edits.js';
import { findExported, nodesIn, parseCode } from './wrap-config.js';

const OURS = 'next-smart-cache/postcss';

/**
 * Plans our plugin as the last one in the app's PostCSS config. Turbopack runs
 * PostCSS after all loaders, with the plugins of this config only, so no loader
 * or alias sees the URLs that plugins such as Tailwind make.
 *
 * @param packageText of the app's package.json, which may contain the config.
 * @returns `undefined` for an app without plugins, because a PostCSS config would switch off those of Next.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export async function planPostcss(root: string, packageText: string): Promise<FilePlan | undefined> {
  const packageFile = path.join(root, 'package.json');
  const inPackage = await readConfig(packageFile, packageText);
  const file = inPackage?.config ? packageFile : findConfigFile(root);
  if (file === undefined) return undefined;
  const text = file === packageFile ? packageText : (readUtf8IfThere(file) ?? '');
  const found = file === packageFile ? inPackage : await readConfig(file, text);
  const name = path.relative(root, file);
  const byHand = (reason: string): FilePlan => ({ file, outcome: 'by-hand', message: `${reason}; ${ADVICE}` });
  if (found?.isOursNamed) return { file, outcome: 'present' };
  if (name.startsWith('..')) return byHand(`${name} is outside of the app, and other apps may read it`);
  if (found?.plugins?.length === 0) return undefined;
  const changed = found?.plugins && (await addOurs(file, text, found.plugins));
  return changed === undefined ? byHand(`${name} has a form that init cannot edit`) : { file, outcome: 'to-write', text: changed };
}

const ADVICE =
  `without ${OURS} as its last plugin, URLs that plugins make, such as Tailwind's bg-[url(/img/x.png)], stay plain under ` +
  `Turbopack. Add it in the form of the others:\n` +
  `  "${OURS}": {} in an object, "${OURS}" in a list of names, require("${OURS}")() in a list of functions`;

const FORMATS = ['.json', '.yaml', '.yml', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * The names that Turbopack looks for, in its order, after `postcss` in
 * package.json (turbopack-node/src/transforms/postcss.rs in Next 16.4). Webpack
 * builds read some of them, and do not need the plugin.
 */
const NAMES = [
  ...['.postcssrc', '.config/postcssrc'].flatMap((name) => ['', ...FORMATS].map((format) => name + format)),
  ...['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json'].map((format) => `postcss.config${format}`),
];

/** Searches a folder, then each folder above it. */
function findConfigFile(folder: string): string | undefined {
  const file = NAMES.map((name) => path.join(folder, name)).find((each) => fs.statSync(each, { throwIfNoEntry: false })?.isFile());
  const parent = path.dirname(folder);
  return file ?? (parent === folder ? undefined : findConfigFile(parent));
}

/** JSON is an expression in JavaScript, so one parser reads all configs. */
const prefixOf = (file: string) => (/\.[cm]?[jt]s$/.test(file) ? '' : 'export default ');

interface PostcssConfig {
  isOursNamed: boolean;
  config: AnyNode | undefined;
  /** The entries of a list or an object; `undefined` for plugins that code computes or loads. */
  plugins: AnyNode[] | undefined;
}

/** @returns `undefined` for a text that is neither JavaScript, TypeScript nor JSON. */
async function readConfig(file: string, text: string): Promise<PostcssConfig | undefined> {
  const program = await parseCode(file, prefixOf(file) + text).then(
    ({ program }) => program,
    () => undefined,
  );
  if (program === undefined) return undefined;
  const exported = resolveConstant(findExported(program)?.node, program);
  const config = path.basename(file) === 'package.json' ? memberOf(exported, 'postcss') : exported;
  const isOursNamed = [...nodesIn(program)].some((node) => stringOf(node) === OURS);
  return { isOursNamed, config, plugins: entriesOf(resolveConstant(memberOf(config, 'plugins'), program)) };
}

/** Removes the types of an expression, and replaces the name of a constant by its value. */
function resolveConstant(node: AnyNode | undefined, program: Program): AnyNode | undefined {
  const expression = withoutTypes(node);
  if (expression?.type !== 'Identifier') return expression;
  const constants = program.body.flatMap((each) => (each.type === 'VariableDeclaration' && each.kind === 'const' ? each.declarations : []));
  return withoutTypes(constants.find(({ id }) => id.type === 'Identifier' && id.name === expression.name)?.init);
}

function withoutTypes(node: AnyNode | null | undefined): AnyNode | undefined {
  // The types of acorn lack TypeScript's nodes.
  const isTyped = node != null && /^TS(?:As|Satisfies)Expression$/.test(node.type);
  return isTyped ? withoutTypes((node as unknown as { expression: AnyNode }).expression) : (node ?? undefined);
}

/** The last member counts. A spread or a computed name may be any member. */
function memberOf(node: AnyNode | undefined, name: string): AnyNode | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  const member = node.properties.findLast((each) => each.type === 'SpreadElement' || each.computed || keyOf(each) === name);
  return member?.type === 'Property' && !member.computed ? member.value : undefined;
}

function entriesOf(node: AnyNode | undefined): AnyNode[] | undefined {
  if (node?.type === 'ObjectExpression') return node.properties;
  if (node?.type !== 'ArrayExpression') return undefined;
  // Leave a list with functions to the author: other tools refuse a name among them.
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

/** @returns `undefined` if the edited text does not have the plugin at its end. */
async function addOurs(file: string, text: string, plugins: readonly AnyNode[]): Promise<string | undefined> {
  const prefix = prefixOf(file);
  const last = plugins.at(-1) as AnyNode;
  const isObject = /^(?:Property|SpreadElement)$/.test(last.type);
  const ours = quoteOf(text) + OURS + quoteOf(text) + (isObject ? ': {}' : '');
  const edits = appendAfter(prefix + text, { offset: last.start, length: last.end - last.start }, [ours]);
  const changed = applyEdits(prefix + text, edits).slice(prefix.length);
  return pluginIn((await readConfig(file, changed))?.plugins?.at(-1)) === OURS ? changed : undefined;
}
