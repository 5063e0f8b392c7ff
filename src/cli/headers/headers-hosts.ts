import fs from 'node:fs';
import path from 'node:path';
import { getNodeValue } from 'jsonc-parser';
import { WRANGLER_FILES } from '../../core/hosts.js';
import { parseJson } from '../../core/json-tree.js';
import type { Project } from '../../pipeline/project.js';
import { parseAs, readUtf8IfThere } from '../init/text-edits.js';
import { addHeadersRule, headersRule, printHeadersRule, reachOf, staticFolder } from './headers-file.js';

/** The planned edit of `public/_headers`. */
export interface HeadersPlan {
  /** The hosts that read the file: `Cloudflare (wrangler.jsonc)`. */
  hosts: readonly string[];
  /** `by-hand`: the author has to decide; `messages` say what about. */
  outcome: 'present' | 'to-add' | 'by-hand';
  file: string;
  /** The new text of the file, with `to-add`. */
  text?: string;
  messages: readonly string[];
}

/**
 * Plans the rule for the hosts that {@link findHeadersHosts} recognises.
 *
 * @returns `undefined` for an app without such a host.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function planHeaders({ root, publicDir, prefixes, isExport }: Project): HeadersPlan | undefined {
  const { basePath } = prefixes;
  const { hosts, obstacle, note } = findHeadersHosts({ root, basePath, isExport });
  if (hosts.length === 0) return undefined;
  const names = hosts.join(' and ');
  const file = path.join(publicDir, '_headers');
  const plan = (outcome: HeadersPlan['outcome'], ...messages: string[]): HeadersPlan => ({ hosts, outcome, file, messages });
  if (obstacle !== undefined) return plan('by-hand', `the rule for ${names} was not added to public/_headers: ${obstacle}`);
  const edit = addHeadersRule(readUtf8IfThere(file) ?? '', basePath);
  const rule = headersRule(basePath);
  const printed = printHeadersRule(rule).trimEnd();
  const notes = note === undefined ? [] : [note];
  switch (edit.outcome) {
    case 'unchanged':
      return plan('present', ...notes);
    case 'added':
      return { ...plan('to-add', ...notes), text: edit.text };
    case 'full':
      return plan('by-hand', `public/_headers has ${edit.limit} rules, the limit of Cloudflare; make room for this one:\n${printed}`);
    case 'conflict': {
      const found = `public/_headers:${edit.line} sets "${edit.written}" for ${edit.path}, which also matches files of ${rule.path}, so the file was not changed.`;
      const overruling = printed.replace('\n', '\n  ! Cache-Control\n');
      return plan(
        'by-hand',
        `${found} To make these files immutable on ${names}, remove that line, or add after all other rules:\n${overruling}`,
      );
    }
  }
}

/** The hosts of an app that read a `_headers` file. */
interface HeadersHosts {
  /** `Cloudflare (wrangler.jsonc)`. Empty for an app for other hosts. */
  hosts: string[];
  /** Why the rule must not be in `public/_headers`, and what to do instead. */
  obstacle: string | undefined;
  /** Another condition of the rule. */
  note: string | undefined;
}

/**
 * Recognises Cloudflare and Netlify by their files in the app's folder.
 *
 * @param basePath Next's.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE` for a wrangler configuration that is not JSON with comments.
 */
export function findHeadersHosts({ root, basePath, isExport }: { root: string; basePath: string; isExport: boolean }): HeadersHosts {
  const wrangler = readWranglerConfig(root, staticFolder(basePath));
  const cloudflareFile = wrangler?.file ?? findOpenNextForCloudflare(root);
  const isOnNetlify = ['netlify.toml', '.netlify'].some((name) => fs.existsSync(path.join(root, name)));
  const hosts = [...(cloudflareFile === undefined ? [] : [`Cloudflare (${cloudflareFile})`]), ...(isOnNetlify ? ['Netlify'] : [])];
  return {
    hosts,
    obstacle: obstacleOfMissing() ?? obstacleOfBasePath(),
    note: wrangler?.runsWorkerFirst ? noteOnWorker(wrangler.file) : undefined,
  };

  /** Without a Worker, Cloudflare applies `_headers` to missing files too (workerd, wrangler 4.164). Pages answers those with `no-store`. */
  function obstacleOfMissing(): string | undefined {
    if (wrangler?.missingFix === undefined) return undefined;
    return (
      `${wrangler.file}: no Worker answers requests for missing files, so Cloudflare would send the rule's header with 404s, ` +
      `which browsers then keep for a year; ${wrangler.missingFix}, and run the command again`
    );
  }

  /** OpenNext (1.20) and Netlify's runtime (5.16) copy `public/` into `basePath`, but hosts read `_headers` at the top. */
  function obstacleOfBasePath(): string | undefined {
    if (basePath === '' || isExport || hosts.length === 0) return undefined;
    if (cloudflareFile === undefined)
      return 'with basePath, Netlify does not find public/_headers; its runtime for Next sets the header without a rule';
    return (
      'with basePath, Cloudflare does not find public/_headers: OpenNext copies it to ' +
      `.open-next/assets${basePath}/_headers; after "opennextjs-cloudflare build", run "next-smart-cache headers > .open-next/assets/_headers"`
    );
  }
}

function noteOnWorker(file: string): string {
  return (
    `${file} sets run_worker_first: Cloudflare ignores _headers for answers that a Worker makes itself, and applies it to ` +
    "answers from the Worker's ASSETS binding, which OpenNext's Worker uses; in a Worker of your own, " +
    'return env.ASSETS.fetch(request) for /_next/static/*, but send "Cache-Control: no-store" with a 404, because the rule applies to it too'
  );
}

interface WranglerConfig {
  file: string;
  /** Whether a Worker gets requests for files that exist. */
  runsWorkerFirst: boolean;
  /** How to send missing files to a Worker; `undefined` if unnecessary. */
  missingFix: string | undefined;
}

function readWranglerConfig(root: string, folder: string): WranglerConfig | undefined {
  for (const file of WRANGLER_FILES) {
    const text = readUtf8IfThere(path.join(root, file))?.replace(/^\uFEFF/, '');
    if (text === undefined) continue;
    const settings = file.endsWith('.toml') ? settingsInToml(text) : settingsInJson(path.join(root, file), text);
    const { workerFirst } = settings;
    const isInFolder = (pattern: string) => reachOf(pattern, folder) !== 'none';
    const patterns = Array.isArray(workerFirst) ? workerFirst.filter((pattern) => typeof pattern === 'string') : [];
    const exclusion = patterns.find((pattern) => pattern.startsWith('!') && isInFolder(pattern.slice(1)));
    const runsWorkerFirst = exclusion === undefined && (workerFirst === true || patterns.some(isInFolder));
    return { file, runsWorkerFirst, missingFix: missingFixFor(settings, exclusion) };
  }
  return undefined;
}

/** @param exclusion the pattern of `run_worker_first` that keeps requests for the folder from the Worker. */
function missingFixFor({ hasWorker, isPages }: WranglerSettings, exclusion: string | undefined): string | undefined {
  if (isPages) return undefined;
  if (exclusion !== undefined) return `remove "${exclusion}" from run_worker_first`;
  return hasWorker ? undefined : 'add "main", with a Worker that answers 404 (docs/DEPLOYING.md in this package has one)';
}

/** The settings of a wrangler configuration that matter here, in any of its environments. */
interface WranglerSettings {
  hasWorker: boolean;
  isPages: boolean;
  workerFirst: unknown;
}

type Settings = Record<string, unknown>;

function settingsInJson(file: string, text: string): WranglerSettings {
  const config = parseAs(file, 'JSON with comments', () => Object(getNodeValue(parseJson(text, 'jsonc'))) as Settings);
  const environments = [config, ...Object.values(Object(config.env) as Settings)].map((environment) => Object(environment) as Settings);
  const workerFirst = environments.map(({ assets }) => (Object(assets) as Settings).run_worker_first);
  return {
    hasWorker: environments.some(({ main }) => main !== undefined),
    isPages: environments.some(({ pages_build_output_dir }) => pages_build_output_dir !== undefined),
    workerFirst: workerFirst.find((value) => value !== undefined && value !== false),
  };
}

/** Searches TOML for three keys. wrangler itself reports TOML that it cannot read. */
function settingsInToml(text: string): WranglerSettings {
  const has = (key: string) => new RegExp(`^[ \\t]*${key}[ \\t]*=`, 'm').test(text);
  const [, value = ''] = /^[^#\n]*?\brun_worker_first[ \t]*=[ \t]*(true|\[[^\]]*\])/m.exec(text) ?? [];
  const patterns = [...value.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, double, single]) => double ?? single);
  return { hasWorker: has('main'), isPages: has('pages_build_output_dir'), workerFirst: value === 'true' || patterns };
}

/** OpenNext for AWS has a file with the same name, and no `_headers`. */
function findOpenNextForCloudflare(root: string): string | undefined {
  return ['open-next.config.ts', 'open-next.config.mjs', 'open-next.config.js'].find((file) =>
    readUtf8IfThere(path.join(root, file))?.includes('@opennextjs/cloudflare'),
  );
}
