import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError } from '../core/errors.js';
import type { BuiltSite } from '../core/nginx-areas.js';
import type { Project } from '../pipeline/project.js';
import { type Document, readBuiltProxy, readDocument } from './checks/proxy-matchers.js';

/**
 * Reads a finished build: its static files, and the rules that Next follows
 * before it looks for a file. Next writes them to `routes-manifest.json`, in
 * the same form on Next 15.4 to 16.4.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_BUILD_UNUSABLE`
 */
export function readBuiltSite({ buildDir }: Project): BuiltSite {
  try {
    // `next start` needs it too; our checks remove it from a build that they refuse.
    const buildId = fs.readFileSync(path.join(buildDir, 'BUILD_ID'), 'utf8').trim();
    const routes = readDocument(buildDir, 'routes-manifest.json', 3);
    const { matchers, prefixes } = readBuiltProxy(buildDir);
    const { beforeFiles = [] } = Object(routes.rewrites) as Document;
    return {
      buildId,
      staticFiles: listFiles(path.join(buildDir, 'static')),
      ...prefixes,
      matchers,
      redirects: checkRules(routes.redirects, 'redirects'),
      headers: checkRules(routes.headers, 'headers'),
      beforeFiles: checkRules(beforeFiles, 'rewrites'),
    };
  } catch (error) {
    throw buildUnusable(buildDir, error);
  }
}

/** Regular files alone: the build writes no links, and nginx follows none. */
function listFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.lstatSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join('/'))
    .sort();
}

function checkRules<Rule>(rules: unknown, name: string): Rule[] {
  const isRule = (rule: unknown) => typeof Object(rule).source === 'string' && typeof Object(rule).regex === 'string';
  if (!Array.isArray(rules) || !rules.every(isRule))
    throw new Error(`routes-manifest.json has ${name} of another form than this package knows`);
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
