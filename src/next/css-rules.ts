import path from 'node:path';
import type { NextConfig } from 'next';
import { MAY_NAME_PUBLIC_FILE } from './bundled-css.js';
import { hasTurbopackConditions } from './checks/supported-versions.js';

type TurbopackRules = NonNullable<NonNullable<NextConfig['turbopack']>['rules']>;

const LOADER = path.join(__dirname, 'css-loader.js');

/**
 * The app's rules for Turbopack, and ours for stylesheets. Turbopack applies
 * each rule that matches, in order, and PostCSS after all of them. What a rule
 * makes of Sass or Less is matched again, as CSS.
 *
 * @param moduleFile absolute path of the generated module with the manifest.
 * @param root the app's folder.
 */
export function turbopackRules(own: TurbopackRules | undefined, moduleFile: string, root: string): TurbopackRules {
  // The same as `*.css`, under which the app may have a rule of its own.
  let glob = '*.{css}';
  while (own && glob in own) glob = glob.replace('}', ',css}');
  // Other stylesheets need no process of Node, and keep their source maps: Turbopack gives a loader none.
  // Turbopack asks before any rule has run, so loaders of the app (@tailwindcss/turbopack) may add URLs later.
  const mayAddUrls = Object.keys(own ?? {}).some((each) => /css|\*$/.test(each));
  const condition = !mayAddUrls && hasTurbopackConditions(root) && { condition: { content: MAY_NAME_PUBLIC_FILE } };
  return { ...own, [glob]: { loaders: [{ loader: LOADER, options: { moduleFile } }], ...condition } };
}

/** A rule of webpack, as far as it is looked at. */
interface Rule {
  use?: unknown;
  rules?: unknown;
  oneOf?: unknown;
}

interface CssLoader {
  loader?: string;
  options?: { url?: unknown; importLoaders?: unknown };
}

/**
 * The rules of webpack, with our loader wherever there is a `css-loader`,
 * directly before it: after Sass, Less and PostCSS. One that resolves URLs
 * which begin at the root, as Next's does not, bundles the files that they
 * name, and stays alone.
 */
export function webpackRules(rules: readonly unknown[], moduleFile: string): unknown[] {
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
  function addOurs(entry: CssLoader | string | null | undefined): unknown[] {
    const { loader = '', options = {} }: CssLoader = Object(entry);
    if (!/(?:^|[\\/])(?:lightning)?css-loader(?:[\\/]|$)/.test(loader) || !keepsRootUrls(options.url)) return [entry];
    return [{ ...Object(entry), options: { ...options, importLoaders: Number(options.importLoaders ?? 0) + 1 } }, ours];
  }
}

/** @param url the option of `css-loader`: whether, or by a function which, URLs are resolved. */
function keepsRootUrls(url: unknown): boolean {
  const filter: unknown = Object(url).filter ?? url;
  return filter === false || (typeof filter === 'function' && filter('/img/bg.png', '/app/globals.css') === false);
}
