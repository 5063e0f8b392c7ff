import fs from 'node:fs';
import path from 'node:path';
import { SmartCacheError } from '../core/errors.js';
import { type HeaderRule, isAboutCaching, isOwnHeaderRule, optimizerPathIn } from '../core/header-rules.js';
import { parseManifest } from '../core/manifest-document.js';
import { REWRITE_STORE_URL } from '../core/rewrite-rules.js';
import { sharedGlobals } from '../core/shared-globals.js';
import { readTextIfThere } from '../disk/files.js';
import type { Project } from '../pipeline/project.js';
import { whenBuildSucceeds } from './environment.js';

interface ExpectedBuild {
  project: Project;
  hasHeaders: boolean;
}

/**
 * Looks, when this process ends well, whether the build it has made uses what
 * `withSmartCache` gave: a wrapper outside that replaces `rewrites` or
 * `compiler` would make every hashed URL a 404. There is no earlier moment at
 * which Next has written down the rewrites that it will use.
 *
 * @param hasHeaders whether the wrapped config has header rules of ours.
 */
export function checkWhenFinished(project: Project, hasHeaders: boolean): void {
  const shared = sharedGlobals();
  if (!shared.configChecks) {
    const all = new Map<string, (() => readonly string[])[]>();
    shared.configChecks = all;
    whenBuildSucceeds(() => {
      for (const checks of all.values()) {
        const dropped = checks.map((findDropped) => findDropped());
        // A config file may wrap more configs than the one that it exports.
        if (dropped.every((keys) => keys.length > 0)) report(dropped.at(-1) ?? []);
      }
    });
  }
  const checks = shared.configChecks.get(project.root) ?? [];
  shared.configChecks.set(project.root, [...checks, () => findDroppedKeys({ project, hasHeaders }, startOfProcess())]);
}

function report(droppedKeys: readonly string[]): void {
  if (droppedKeys.length === 0) return;
  const error = configDropped(droppedKeys);
  console.error(`\n${error.name} (${error.code}): ${error.message}`);
  process.exitCode = 1;
}

/**
 * The keys of the wrapped config that a finished build has not used; none
 * when no build was finished since `startedAt` (milliseconds since the epoch).
 */
export function findDroppedKeys({ project, hasHeaders }: ExpectedBuild, startedAt: number): string[] {
  const routesManifest = path.join(project.buildDir, 'routes-manifest.json');
  const written = fs.statSync(routesManifest, { throwIfNoEntry: false })?.mtimeMs;
  // `next typegen`, `next info` and others load the config for a build too, but finish none.
  if (written === undefined || written < startedAt) return [];
  const text = fs.readFileSync(routesManifest, 'utf8');
  const dropped: string[] = [];
  if (!fs.existsSync(path.join(project.buildDir, project.storeUrl.replace('/_next/', ''))))
    dropped.push('compiler.runAfterProductionCompile');
  // Only the presence of our rule matters, not the form in which Next writes it.
  if (needsRewrites(project) && !text.includes(REWRITE_STORE_URL)) dropped.push('rewrites');
  if (hasHeaders) {
    const change = findChangeOfHeaders(JSON.parse(text) as RoutesManifest, () => hashedUrls(project));
    if (change !== undefined) dropped.push(`headers${change}`);
  }
  return dropped;
}

/** The parts of `routes-manifest.json` that this file reads. */
interface RoutesManifest {
  headers?: (HeaderRule & { regex: string })[];
  basePath?: string;
  i18n?: { locales: readonly string[] };
}

/**
 * Says how a wrapper changed our header rules, as an addition to the message;
 * `undefined` if ours are the last that say how long hashed URLs, and errors of the optimizer, may be kept.
 */
function findChangeOfHeaders({ headers = [], basePath = '', i18n }: RoutesManifest, urls: () => readonly string[]): string | undefined {
  const last = headers.findLastIndex(isOwnHeaderRule);
  if (last === -1) return '';
  // With `i18n`, Next matches a path with the default locale in front.
  const prefixes = ['', ...(i18n?.locales ?? []).map((locale) => `/${locale}`)].map((prefix) => basePath + prefix);
  const later = headers.slice(last + 1);
  const optimizerPaths = later.flatMap((rule) => optimizerPathIn(rule) ?? []);
  for (const { source, regex, headers: set } of later.filter((rule) => optimizerPathIn(rule) === undefined)) {
    const key = set.find((header) => isAboutCaching(header.key))?.key;
    const pattern = new RegExp(regex, 'i');
    if (key && [...urls(), ...optimizerPaths].some((url) => prefixes.some((prefix) => pattern.test(prefix + url))))
      return ` (the rule for "${source}" comes after them and sets ${key})`;
  }
  return undefined;
}

function needsRewrites({ delivery, manifestPath }: Project): boolean {
  if (delivery === 'static') return false;
  const text = readTextIfThere(manifestPath);
  // Our own rewrites would have written it.
  return text === undefined || Object.keys(parseManifest(text, manifestPath).assets).length > 0;
}

/** URLs of this build, as header rules see them. */
function hashedUrls({ manifestPath }: Project): string[] {
  const text = readTextIfThere(manifestPath);
  return text === undefined ? [] : Object.values(parseManifest(text, manifestPath).assets).map(({ url }) => url);
}

/** Some file systems keep whole seconds only. */
function startOfProcess(): number {
  return Math.floor((Date.now() - process.uptime() * 1000) / 1000) * 1000;
}

function configDropped(keys: readonly string[]): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_CONFIG_DROPPED', {
    what: `next build did not use ${keys.join(' and ')} of the config that withSmartCache returned`,
    where: 'next.config',
    why: 'another wrapper, or the config itself, replaces them or adds to them afterwards; hashed URLs would not be served as immutable, or not at all',
    fix: 'let withSmartCache be outermost: "export default withSmartCache(withOther(nextConfig))"; or call and spread what it returned',
  });
}
