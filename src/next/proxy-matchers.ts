import fs from 'node:fs';
import path from 'node:path';
import type { PathPrefixes, ProxyMatcher } from '../core/guarded-files.js';

/** The proxy of a finished build. */
export interface BuiltProxy {
  /** Empty: the app has no proxy. */
  matchers: ProxyMatcher[];
  prefixes: PathPrefixes;
}

const EDGE_MANIFEST = 'server/middleware-manifest.json';
const NODE_MANIFEST = 'server/functions-config-manifest.json';

/** Next's own default for a proxy that runs in Node (`server/lib/router-utils/filesystem.js`). */
const EVERYTHING: ProxyMatcher[] = [{ regexp: '.*', originalSource: '/:path*' }];

/**
 * Reads which requests the app's proxy (`middleware` before Next 16) sees. Next
 * writes one that runs in the edge runtime to one file, and one that runs in
 * Node to another; the formats are the same on Next 15.4 to 16.4, with webpack
 * and Turbopack.
 *
 * @param distDir where Next has just built.
 * @throws {Error} if a file cannot be read; the message says which one, and why.
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
    prefixes: {
      basePath: typeof basePath === 'string' ? basePath : '',
      locale: isDocument(i18n) && typeof i18n.defaultLocale === 'string' ? i18n.defaultLocale : undefined,
    },
  };
}

export type Document = Record<string, unknown>;

/**
 * Reads a JSON object that Next has written.
 *
 * @param version Default: any.
 * @throws {Error} if it is not one; the message says which file, and why.
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

function checkMatchers(matchers: unknown, name: string): ProxyMatcher[] {
  if (!Array.isArray(matchers) || !matchers.every(isMatcher))
    throw new Error(`${name} has matchers of another form than this package knows`);
  return matchers;
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null;
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
