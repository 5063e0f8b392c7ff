import fs from 'node:fs';
import path from 'node:path';
import type { PathPrefixes, ProxyMatcher } from '../../core/guarded-files.js';

/** What a finished build says of the app's proxy. */
export interface BuiltProxy {
  /** Empty: the app has no proxy. */
  matchers: ProxyMatcher[];
  prefixes: PathPrefixes;
}

/** Next's own default for a proxy that runs in Node (`server/lib/router-utils/filesystem.js`). */
const EVERYTHING: ProxyMatcher[] = [{ regexp: '.*', originalSource: '/:path*' }];

/**
 * Reads which requests the app's proxy (`middleware` before Next 16) sees. Next
 * writes one that runs in the edge runtime to one file, and one that runs in
 * Node to another; the formats are the same on Next 15.4 to 16.4, with webpack
 * and Turbopack.
 *
 * @param distDir where Next has just built.
 * @throws {Error} whose message says which file cannot be read, and why.
 */
export function readBuiltProxy(distDir: string): BuiltProxy {
  const edge = readDocument(distDir, 'server/middleware-manifest.json', 3);
  const node = readDocument(distDir, 'server/functions-config-manifest.json', 1);
  const { basePath, i18n } = readDocument(distDir, 'routes-manifest.json', undefined);
  const inEdge = child(child(edge, 'middleware'), '/');
  const inNode = child(child(node, 'functions'), '/_middleware');
  const matchers = inEdge ? inEdge.matchers : inNode ? (inNode.matchers ?? EVERYTHING) : [];
  if (!Array.isArray(matchers) || !matchers.every(isMatcher)) throw new Error('its matchers have another form than expected');
  const locale = child({ i18n }, 'i18n')?.defaultLocale;
  return {
    matchers,
    prefixes: { basePath: typeof basePath === 'string' ? basePath : '', locale: typeof locale === 'string' ? locale : undefined },
  };
}

type Document = Record<string, unknown>;

/** @param version `undefined`: any. */
function readDocument(distDir: string, name: string, version: number | undefined): Document {
  const document: unknown = JSON.parse(fs.readFileSync(path.join(distDir, name), 'utf8'));
  if (!isDocument(document)) throw new Error(`${name} is not an object`);
  if (version !== undefined && document.version !== version)
    throw new Error(`${name} has version ${JSON.stringify(document.version)}, and this package knows ${version}`);
  return document;
}

function child(document: Document | undefined, key: string): Document | undefined {
  const value = document?.[key];
  return isDocument(value) ? value : undefined;
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null;
}

function isMatcher(value: unknown): value is ProxyMatcher {
  return isDocument(value) && typeof value.regexp === 'string' && typeof value.originalSource === 'string';
}
