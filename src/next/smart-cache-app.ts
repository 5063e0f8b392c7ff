import { assetPathMatcher } from '../core/asset-path-globs.js';
import { describeProblem, type ErrorParts } from '../core/errors.js';
import type { HeaderRule } from '../core/header-rules.js';
import { visible } from '../core/message-text.js';
import type { RenderManifestSettings } from '../core/render-manifest.js';
import type { RewriteRules } from '../core/rewrite-rules.js';
import type { BuiltManifest } from '../pipeline/build-manifest.js';
import { describeLeftToAsset } from '../pipeline/graph/files-kept-plain.js';
import type { Project } from '../pipeline/project.js';
import type { RenderModules } from '../pipeline/render-modules.js';

/** @param ownKeys the names of all headers that the app's own rules set. */
export type MakeHeaderRules = (ownKeys: readonly string[]) => HeaderRule[];

/**
 * A wrapped app, in production or in development. Rules are made anew on each
 * call, since Next writes `basePath` and locales into them.
 */
export interface SmartCacheApp {
  /** The modules that the bundlers alias. */
  readonly modules: RenderModules;
  /** Absent if this mode needs no rewrites. */
  readonly rewriteRules: (() => RewriteRules) | undefined;
  /** Absent if this mode needs no headers. */
  readonly headerRules: MakeHeaderRules | undefined;
  /** Whether image URLs may have a query. `next/image` must then allow it. */
  readonly hasQueries: boolean;
  /** Runs once, in the process that runs the build or the server, before anything else. */
  start(): void;
  /** Brings the manifest and the modules up to date. It is cheap if they are. */
  prepare(): void;
  /** Runs after Next has compiled and before it renders pages. */
  afterCompile(distDir: string): void | Promise<void>;
}

export function renderSettings(project: Project, { leftToAsset }: BuiltManifest): RenderManifestSettings {
  const { prefixes, options } = project;
  const { automatic, integrity, onMissing } = options;
  const isExcluded = assetPathMatcher(automatic.exclude);
  return { ...prefixes, integrity, onMissing, isAutomatic: (assetPath) => !leftToAsset.has(assetPath) && !isExcluded(assetPath) };
}

export function noticesOf({ usesJsxRuntime, options }: Project, { notices, leftToAsset }: BuiltManifest): string[] {
  const isExcluded = assetPathMatcher(options.automatic.exclude);
  const left = [...leftToAsset].filter(([assetPath]) => usesJsxRuntime && !isExcluded(assetPath));
  return [...notices, ...describeLeftToAsset(left)];
}

export function once<T>(make: () => T): () => T {
  let result: { value: T } | undefined;
  return () => {
    result ??= { value: make() };
    return result.value;
  };
}

export function say(lines: readonly string[]): void {
  for (const line of lines) console.log(`next-smart-cache: ${visible(line)}`);
}

/** @param warnings problems, or whole lines. */
export function warn(warnings: readonly (ErrorParts | string)[]): void {
  for (const warning of warnings)
    console.warn(`next-smart-cache: ${typeof warning === 'string' ? visible(warning) : describeProblem(warning)}`);
}
