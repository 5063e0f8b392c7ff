import path from 'node:path';
import { readTextIfThere } from '../disk/atomic-write.js';
import { readFolder } from './source-files.js';
import { type Node, parseSource, visit } from './syntax-tree.js';

/** Where PostCSS plugins are named: the files that Next and postcss-load-config look for. */
const POSTCSS_CONFIG = /^(?:postcss\.config\.\w+|\.postcssrc(?:\.\w+)?)$/;

const SCRIPT = /\.[cm]?[jt]s$/;

const PLUGIN = 'next-smart-cache/postcss';

/**
 * Whether the stylesheets of an app go through this package's PostCSS plugin,
 * by what the nearest PostCSS config says: in the app's folder or above, as
 * Next looks for it.
 */
export async function hasPostcssPlugin(folder: string): Promise<boolean> {
  const inPackage = postcssOf(readJson(readTextIfThere(path.join(folder, 'package.json')) ?? ''));
  const found = readFolder(folder)
    .filter(({ name }) => POSTCSS_CONFIG.test(name))
    .map(({ name }) => fileNamesPlugin(name, readTextIfThere(path.join(folder, name)) ?? ''));
  if (inPackage !== undefined) found.push(Promise.resolve(configNamesPlugin(inPackage)));
  if (found.length > 0) return (await Promise.all(found)).includes(true);
  const parent = path.dirname(folder);
  return parent !== folder && hasPostcssPlugin(parent);
}

async function fileNamesPlugin(name: string, text: string): Promise<boolean> {
  if (SCRIPT.test(name)) {
    // What no parser can read is looked through as text.
    const tree = await parseSource(name, text).catch(() => undefined);
    return tree ? scriptNamesPlugin(tree) : text.includes(PLUGIN);
  }
  const config = readJson(text);
  return config === undefined ? withoutYamlComments(text).includes(PLUGIN) : configNamesPlugin(config);
}

/** Whether the plugin stands in a string, and is not turned off: `{ 'next-smart-cache/postcss': false }`. */
function scriptNamesPlugin(tree: Node): boolean {
  const turnedOff = new Set<Node | undefined>();
  let isNamed = false;
  visit(tree, (node) => {
    const { type, key, value, quasis } = node;
    if (type === 'ObjectProperty' && isFalse(value)) turnedOff.add(key);
    const texts = type === 'StringLiteral' ? [value] : (quasis ?? []).map((quasi) => quasi.value.cooked);
    isNamed ||= !turnedOff.has(node) && texts.some((text) => typeof text === 'string' && text.includes(PLUGIN));
  });
  return isNamed;
}

function isFalse(value: Node['value']): boolean {
  return typeof value === 'object' && value?.type === 'BooleanLiteral' && !value.value;
}

/** @param config as JSON has it: plugins are keys, with their options, or names in a list. */
function configNamesPlugin(config: unknown): boolean {
  const { plugins } = Object(config) as { plugins?: unknown };
  if (Array.isArray(plugins)) return plugins.flat().includes(PLUGIN);
  return Object.entries(Object(plugins) as object).some(([name, options]) => name === PLUGIN && options !== false);
}

function postcssOf(packageJson: unknown): unknown {
  return (Object(packageJson) as { postcss?: unknown }).postcss;
}

/** `undefined` for what is no JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** YAML 1.2, section 6.6: a `#` at the start of a line, or behind white space. */
function withoutYamlComments(text: string): string {
  return text.replace(/(^|\s)#.*/g, '$1');
}
