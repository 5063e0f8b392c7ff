import fs from 'node:fs';
import path from 'node:path';
import { compareAssetPaths } from '../core/asset-path.js';
import { SmartCacheError } from '../core/errors.js';
import type { PathPrefixes, ProxyMatcher } from '../core/guarded-files.js';
import type { BuiltRouting, BuiltSite } from '../core/site-rules.js';
import type { Project } from '../pipeline/project.js';

type Document = Record<string, unknown>;

/**
 * Reads a JSON object that Next wrote.
 *
 * @param version Default: any.
 * @throws {Error} The message says which file is wrong, and why.
 */
export function readDocument(distDir: string, name: string, version?: number): Document {
  const document = parseJson(fs.readFileSync(path.join(distDir, name), 'utf8'), name);
  if (!isDocument(document)) throw new Error(`${name} is not an object`);
  if (version !== undefined && document.version !== version)
    throw new Error(`${name} has version ${JSON.stringify(document.version)}, and this package knows version ${version}`);
  return document;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is not JSON`, { cause: error });
  }
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null;
}

/** The proxy of a finished build (`middleware` before Next 16). */
export interface BuiltProxy {
  /** Empty if the app has no proxy. */
  matchers: ProxyMatcher[];
  prefixes: PathPrefixes;
}

const EDGE_MANIFEST = 'server/middleware-manifest.json';
const NODE_MANIFEST = 'server/functions-config-manifest.json';

/** Next's default for a proxy in Node (`server/lib/router-utils/filesystem.js`). */
const EVERYTHING: ProxyMatcher[] = [{ regexp: '.*', originalSource: '/:path*' }];

/**
 * Reads which requests the app's proxy sees. Next writes a proxy of the edge
 * runtime to one file, and a proxy in Node to another one. The formats are the
 * same in Next 15.4 to 16.4, with webpack and Turbopack.
 *
 * @throws {Error} The message says which file is wrong, and why.
 */
export function readBuiltProxy(distDir: string): BuiltProxy {
  const { middleware } = readDocument(distDir, EDGE_MANIFEST, 3);
  if (!isDocument(middleware)) throw new Error(`${EDGE_MANIFEST} has no "middleware"`);
  const { functions } = readDocument(distDir, NODE_MANIFEST, 1);
  if (!isDocument(functions)) throw new Error(`${NODE_MANIFEST} has no "functions"`);
  const inEdge = middleware['/'];
  const inNode = functions['/_middleware'];
  const { basePath, i18n } = readDocument(distDir, 'routes-manifest.json');
  return {
    matchers: isDocument(inEdge)
      ? checkMatchers(inEdge.matchers, EDGE_MANIFEST)
      : isDocument(inNode)
        ? checkMatchers(inNode.matchers ?? EVERYTHING, NODE_MANIFEST)
        : [],
    prefixes: { basePath: typeof basePath === 'string' ? basePath : '', locales: isDocument(i18n) ? defaultLocales(i18n) : [] },
  };
}

function defaultLocales({ defaultLocale, domains }: Document): string[] {
  const each = [defaultLocale, ...(Array.isArray(domains) ? domains.map((domain) => Object(domain).defaultLocale as unknown) : [])];
  return [...new Set(each.filter((locale) => typeof locale === 'string'))];
}

function checkMatchers(matchers: unknown, name: string): ProxyMatcher[] {
  if (!Array.isArray(matchers) || !matchers.every(isMatcher))
    throw new Error(`${name} has matchers in a form that this package does not know`);
  return matchers;
}

function isMatcher(value: unknown): value is ProxyMatcher {
  return isDocument(value) && typeof value.regexp === 'string' && typeof value.originalSource === 'string' && isRegExp(value.regexp);
}

function isRegExp(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern));
  } catch {
    return false;
  }
}

/**
 * Reads a finished build: its static files, and the rules that Next applies
 * before it looks for a file.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE`
 */
export function readBuiltSite({ buildDir }: Project): BuiltSite {
  try {
    const routing = readBuiltRouting(buildDir);
    const staticDir = path.join(buildDir, 'static');
    if (!fs.existsSync(staticDir)) throw new Error(`there is no folder ${staticDir}`);
    return { ...routing, staticFiles: listFiles(staticDir) };
  } catch (error) {
    throw buildUnusable(buildDir, error);
  }
}

/**
 * Reads the rules that Next applies before it looks for a file.
 * `routes-manifest.json` has the same form in Next 15.4 to 16.4.
 *
 * @throws {Error} The message says which file is wrong, and why.
 */
export function readBuiltRouting(distDir: string): BuiltRouting {
  // Our checks remove BUILD_ID from a build that they refuse.
  const buildId = fs.readFileSync(path.join(distDir, 'BUILD_ID'), 'utf8').trim();
  const routes = readDocument(distDir, 'routes-manifest.json', 3);
  const { matchers, prefixes } = readBuiltProxy(distDir);
  const { beforeFiles = [] } = Object(routes.rewrites) as Document;
  return {
    buildId,
    ...prefixes,
    matchers,
    redirects: checkRules(routes.redirects, 'redirects'),
    headers: checkRules(routes.headers, 'headers'),
    beforeFiles: checkRules(beforeFiles, 'rewrites'),
  };
}

function checkRules<Rule>(rules: unknown, name: string): Rule[] {
  const isRule = (rule: unknown) => typeof Object(rule).source === 'string' && typeof Object(rule).regex === 'string';
  if (!Array.isArray(rules) || !rules.every(isRule))
    throw new Error(`routes-manifest.json has ${name} in a form that this package does not know`);
  return rules as Rule[];
}

function buildUnusable(buildDir: string, cause: unknown): SmartCacheError {
  return new SmartCacheError(
    'ERR_SMART_CACHE_BUILD_UNUSABLE',
    {
      what: 'There is no finished build to read',
      where: buildDir,
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'run "next build" in the app\'s folder, or name that folder with --cwd DIR',
    },
    { cause },
  );
}

/** The files in a folder, relative to it, with `/` in between, sorted. Empty if there is no folder. */
export function listFiles(folder: string, extension = ''): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort(compareAssetPaths);
}
