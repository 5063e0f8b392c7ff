import path from 'node:path';
import type { NextConfig } from 'next';
import { MAY_NAME_PUBLIC_FILE } from './css-loader.js';
import { hasTurbopackConditions } from './supported-versions.js';

type TurbopackRules = NonNullable<NonNullable<NextConfig['turbopack']>['rules']>;

const LOADER = path.join(__dirname, 'css-loader.js');
const PACKAGE = 'next-smart-cache';

/** The app's settings that decide the rules. */
export interface RuleSettings {
  /** Absolute path of the generated module with the manifest. */
  moduleFile: string;
  /** Whether the app's elements are made by the JSX runtime of this package. */
  usesJsxRuntime: boolean;
}

/**
 * The app's rules for Turbopack, those for MDX with the JSX runtime, and ours
 * for stylesheets. Turbopack applies each rule that matches, in order, and
 * PostCSS after all of them. When a rule has compiled Sass or Less, Turbopack
 * matches the output again, as CSS.
 *
 * @param root the app's folder.
 */
export function turbopackRules(
  appRules: TurbopackRules | null | undefined,
  { moduleFile, usesJsxRuntime }: RuleSettings,
  root: string,
): TurbopackRules {
  const own = appRules ?? {};
  // It matches the same files as `*.css`, under which the app may have a rule of its own.
  let glob = '*.{css}';
  while (glob in own) glob = glob.replace('}', ',css}');
  // Other stylesheets need no process of Node, and keep their source maps: Turbopack gives a loader none.
  // Turbopack asks before any rule has run, so loaders of the app (@tailwindcss/turbopack) may add URLs later.
  const mayAddUrls = Object.keys(own).some((each) => /css|\*$/.test(each));
  const condition = !mayAddUrls && hasTurbopackConditions(root) && { condition: { content: MAY_NAME_PUBLIC_FILE } };
  const rules = usesJsxRuntime ? Object.fromEntries(Object.entries(own).map(([key, rule]) => [key, withMdxRuntime(rule)])) : own;
  return { ...rules, [glob]: { loaders: [{ loader: LOADER, options: { moduleFile } }], ...condition } };
}

/** A rule is a list of rules or loaders, or an object with its loaders. */
function withMdxRuntime<Rule>(rule: Rule): Rule {
  if (Array.isArray(rule)) return rule.map(withMdxRuntime) as Rule;
  if (typeof rule === 'object' && rule !== null && 'loaders' in rule) return { ...rule, loaders: withMdxRuntime(rule.loaders) };
  return (withJsxImportSource(rule) as Rule | undefined) ?? rule;
}

/**
 * The loaders of `@next/mdx`, and MDX's own. MDX does not read the
 * `jsxImportSource` of a tsconfig.json, but takes it as an option
 * (https://mdxjs.com/packages/mdx/#processoroptions).
 */
const MDX_LOADER = /(?:^|[\\/])@(?:next[\\/]mdx|mdx-js[\\/]loader)(?:[\\/]|$)/;

/**
 * A loader of MDX with the JSX runtime of this package. A runtime that the app
 * names itself stays.
 *
 * @returns `undefined` for any other entry.
 */
function withJsxImportSource(entry: unknown): Loader | undefined {
  const loader: Loader = typeof entry === 'string' ? { loader: entry } : Object(entry);
  return MDX_LOADER.test(loader.loader ?? '') ? { ...loader, options: { jsxImportSource: PACKAGE, ...loader.options } } : undefined;
}

/** The parts of a webpack rule that this file reads. */
interface Rule {
  use?: unknown;
  rules?: unknown;
  oneOf?: unknown;
}

interface Loader {
  loader?: string;
  options?: { url?: unknown; importLoaders?: unknown; jsxImportSource?: unknown };
}

/**
 * The rules of webpack: those for MDX get the JSX runtime, and each
 * `css-loader` gets our loader directly before it, after Sass, Less and
 * PostCSS. A `css-loader` that resolves URLs which begin at the root, as Next's
 * does not, bundles the files that they name, and gets none.
 */
export function webpackRules(rules: readonly unknown[], { moduleFile, usesJsxRuntime }: RuleSettings): unknown[] {
  const ours = { loader: LOADER, options: { moduleFile } };
  return rules.map(withLoader);

  function withLoader(rule: unknown): unknown {
    if (typeof rule !== 'object' || rule === null) return rule;
    const { use, rules: nested, oneOf } = rule as Rule;
    const changed = {
      ...(Array.isArray(use) && { use: use.flatMap(addOurs) }),
      ...(Array.isArray(nested) && { rules: nested.map(withLoader) }),
      ...(Array.isArray(oneOf) && { oneOf: oneOf.map(withLoader) }),
    };
    // Next marks its own rules with a property that is not enumerable, by which it removes them when an app brings others.
    const properties = { ...Object.getOwnPropertyDescriptors(rule), ...Object.getOwnPropertyDescriptors(changed) };
    return Object.create(Object.getPrototypeOf(rule), properties);
  }

  /** `importLoaders` counts the loaders before `css-loader`: those that an `@import`ed stylesheet passes too. */
  function addOurs(entry: Loader | string | null | undefined): unknown[] {
    const mdx = usesJsxRuntime ? withJsxImportSource(entry) : undefined;
    if (mdx) return [mdx];
    const { loader = '', ...rest }: Loader = Object(entry);
    const options: NonNullable<Loader['options']> = Object(rest.options);
    if (!/(?:^|[\\/])(?:lightning)?css-loader(?:[\\/]|$)/.test(loader) || !keepsRootUrls(options.url)) return [entry];
    return [{ ...Object(entry), options: { ...options, importLoaders: Number(options.importLoaders ?? 0) + 1 } }, ours];
  }
}

/** @param url the option of `css-loader`: whether, or by a function which, URLs are resolved. */
function keepsRootUrls(url: unknown): boolean {
  const filter: unknown = Object(url).filter ?? url;
  return filter === false || (typeof filter === 'function' && filter('/img/bg.png', '/app/globals.css') === false);
}
