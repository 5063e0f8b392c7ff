import path from 'node:path';
import type { NextConfig } from 'next';
import { MAY_NAME_PUBLIC_FILE } from './bundled-css.js';
import { PACKAGE } from './next-config.js';
import { hasTurbopackConditions } from './supported-versions.js';

type TurbopackRules = NonNullable<NonNullable<NextConfig['turbopack']>['rules']>;

const LOADER = path.join(__dirname, './bundled-css.js');

export interface RuleSettings {
  /** Absolute path of the generated module with the manifest. */
  moduleFile: string;
  /** Whether the app uses the JSX runtime of this package. */
  usesJsxRuntime: boolean;
}

/**
 * The app's rules for Turbopack, with our JSX runtime in its MDX rules, and our
 * rule for stylesheets. Turbopack applies every matching rule in order, then
 * PostCSS. It matches the output of Sass and Less again, as CSS.
 */
export function turbopackRules(
  appRules: TurbopackRules | null | undefined,
  { moduleFile, usesJsxRuntime }: RuleSettings,
  root: string,
): TurbopackRules {
  const own = appRules ?? {};
  // It matches the same files as `*.css`, which may be the key of a rule of the app.
  let glob = '*.{css}';
  while (glob in own) glob = glob.replace('}', ',css}');
  // The condition saves a Node process for other stylesheets, and keeps their source maps, which Turbopack gives no loader.
  // Turbopack checks it before all rules, so it misses URLs that a loader of the app adds (@tailwindcss/turbopack).
  const mayAddUrls = Object.keys(own).some((each) => /css|\*$/.test(each));
  const condition = !mayAddUrls && hasTurbopackConditions(root) && { condition: { content: MAY_NAME_PUBLIC_FILE } };
  const rules = usesJsxRuntime ? Object.fromEntries(Object.entries(own).map(([key, rule]) => [key, withMdxRuntime(rule)])) : own;
  return { ...rules, [glob]: { loaders: [{ loader: LOADER, options: { moduleFile } }], ...condition } };
}

/** @param rule a list of rules or loaders, or an object with loaders. */
function withMdxRuntime<Rule>(rule: Rule): Rule {
  if (Array.isArray(rule)) return rule.map(withMdxRuntime) as Rule;
  if (typeof rule === 'object' && rule !== null && 'loaders' in rule) return { ...rule, loaders: withMdxRuntime(rule.loaders) };
  return (withJsxImportSource(rule) as Rule | undefined) ?? rule;
}

/**
 * The loaders of `@next/mdx` and of MDX itself. MDX does not read the
 * `jsxImportSource` of a tsconfig.json; it has an option
 * (https://mdxjs.com/packages/mdx/#processoroptions).
 */
const MDX_LOADER = /(?:^|[\\/])@(?:next[\\/]mdx|mdx-js[\\/]loader)(?:[\\/]|$)/;

/**
 * Gives a loader of MDX the JSX runtime of this package, unless the app names
 * another one. Returns `undefined` for any other entry.
 */
function withJsxImportSource(entry: unknown): Loader | undefined {
  const loader: Loader = typeof entry === 'string' ? { loader: entry } : Object(entry);
  return MDX_LOADER.test(loader.loader ?? '') ? { ...loader, options: { jsxImportSource: PACKAGE, ...loader.options } } : undefined;
}

interface Loader {
  loader?: string;
  options?: { url?: unknown; importLoaders?: unknown; jsxImportSource?: unknown };
}

/**
 * The rules of webpack. MDX gets the JSX runtime. Our loader runs directly
 * before each `css-loader`, so after Sass, Less and PostCSS. Next's
 * `css-loader` leaves URLs that begin with a slash alone. One that resolves
 * them bundles their files, and does not get our loader.
 */
export function webpackRules(rules: readonly unknown[], { moduleFile, usesJsxRuntime }: RuleSettings): unknown[] {
  const ours = { loader: LOADER, options: { moduleFile } };
  return rules.map(withLoader);

  function withLoader(rule: unknown): unknown {
    if (typeof rule !== 'object' || rule === null) return rule;
    const { use, rules: nested, oneOf } = rule as Record<string, unknown>;
    const changed = {
      ...(Array.isArray(use) && { use: use.flatMap(addOurs) }),
      ...(Array.isArray(nested) && { rules: nested.map(withLoader) }),
      ...(Array.isArray(oneOf) && { oneOf: oneOf.map(withLoader) }),
    };
    // Next marks its own rules with a property that is not enumerable, and needs it to remove them if an app adds others.
    const properties = { ...Object.getOwnPropertyDescriptors(rule), ...Object.getOwnPropertyDescriptors(changed) };
    return Object.create(Object.getPrototypeOf(rule), properties);
  }

  /** `importLoaders` counts the loaders that an `@import`ed stylesheet passes before `css-loader`. */
  function addOurs(entry: Loader | string | null | undefined): unknown[] {
    const mdx = usesJsxRuntime ? withJsxImportSource(entry) : undefined;
    if (mdx) return [mdx];
    const { loader = '', ...rest }: Loader = Object(entry);
    const options: NonNullable<Loader['options']> = Object(rest.options);
    if (!/(?:^|[\\/])(?:lightning)?css-loader(?:[\\/]|$)/.test(loader) || !keepsRootUrls(options.url)) return [entry];
    return [{ ...Object(entry), options: { ...options, importLoaders: Number(options.importLoaders ?? 0) + 1 } }, ours];
  }
}

/** @param url the option of `css-loader`: a boolean, or a filter of the URLs to resolve. */
function keepsRootUrls(url: unknown): boolean {
  const filter: unknown = Object(url).filter ?? url;
  return filter === false || (typeof filter === 'function' && filter('/img/bg.png', '/app/globals.css') === false);
}
