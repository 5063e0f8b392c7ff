import fs from 'node:fs';
import path from 'node:path';
import { getNodeValue } from 'jsonc-parser';
import { WRANGLER_FILES } from '../../core/delivery.js';
import { SmartCacheError } from '../../core/errors.js';
import { parseJson } from '../../core/json-tree.js';
import type { Project } from '../../pipeline/project.js';
import { readUtf8IfThere } from '../init/text-edits.js';
import { addHeadersRule, headersRule, printHeadersRule, reachOf, staticFolder } from './headers-file.js';

/** What the files of an app say of the hosts that read a `_headers` file. */
interface HeadersHosts {
  /** `Cloudflare (wrangler.jsonc)`; none for an app that is for other hosts. */
  names: string[];
  /** Why the rule must not be in `public/_headers`, and what to do instead. */
  obstacle: string | undefined;
  /** What else the rule depends on. */
  note: string | undefined;
}

/** The app, as far as its hosts are concerned. */
interface HostedApp {
  root: string;
  /** Next's. */
  basePath: string;
  isExport: boolean;
}

/**
 * Recognises Cloudflare and Netlify by their files in the app's folder.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE` for a wrangler configuration that is not JSON with comments.
 */
export function findHeadersHosts({ root, basePath, isExport }: HostedApp): HeadersHosts {
  const wrangler = readWranglerConfig(root, staticFolder(basePath));
  const marker = wrangler?.file ?? findOpenNextForCloudflare(root);
  const isOnNetlify = ['netlify.toml', '.netlify'].some((name) => fs.existsSync(path.join(root, name)));
  const names = [...(marker === undefined ? [] : [`Cloudflare (${marker})`]), ...(isOnNetlify ? ['Netlify'] : [])];
  return {
    names,
    obstacle: obstacleIn(wrangler) ?? obstacleOfBasePath(),
    note: wrangler?.runsWorkerFirst ? workerFirst(wrangler) : undefined,
  };

  /** OpenNext (1.20) and Netlify's runtime (5.16) copy `public/` below `basePath`; hosts read `_headers` at the top. */
  function obstacleOfBasePath(): string | undefined {
    if (basePath === '' || isExport || names.length === 0) return undefined;
    if (marker === undefined) return `with basePath, Netlify does not find public/_headers; its runtime for Next sets the header by itself`;
    return (
      'with basePath, Cloudflare does not find public/_headers: OpenNext copies it to ' +
      `.open-next/assets${basePath}/_headers; after "opennextjs-cloudflare build", run "next-smart-cache headers > .open-next/assets/_headers"`
    );
  }
}

/** Seen in workerd, wrangler 4.164: `_headers` counts for missing files too if no Worker answers for them. Pages answers them with `no-store`. */
function obstacleIn(wrangler: WranglerConfig | undefined): string | undefined {
  if (wrangler?.keepsMissing === undefined) return undefined;
  return (
    `${wrangler.file}: Cloudflare would send the header of the rule with 404s too, which browsers then keep for a year, ` +
    `because no Worker answers requests for missing files; ${wrangler.keepsMissing}, and run the command again`
  );
}

function workerFirst({ file }: WranglerConfig): string {
  return (
    `${file} sets run_worker_first: Cloudflare ignores _headers for each answer that a Worker makes by itself, and applies it to ` +
    `what the Worker takes from its ASSETS binding, as OpenNext's Worker does; in a Worker of your own, ` +
    'return env.ASSETS.fetch(request) for /_next/static/*, but "Cache-Control: no-store" with a 404, which has the header of the rule too'
  );
}

interface WranglerConfig {
  file: string;
  /** Whether a Worker is asked for files that are there. */
  runsWorkerFirst: boolean;
  /** What to change, if Cloudflare answers for files that are not there without asking a Worker. */
  keepsMissing: string | undefined;
}

function readWranglerConfig(root: string, folder: string): WranglerConfig | undefined {
  for (const file of WRANGLER_FILES) {
    const text = readUtf8IfThere(path.join(root, file))?.replace(/^\uFEFF/, '');
    if (text === undefined) continue;
    const settings = file.endsWith('.toml') ? settingsInToml(text) : settingsInJson(path.join(root, file), text);
    const { workerFirst } = settings;
    const reaches = (pattern: string) => reachOf(pattern, folder) !== 'none';
    const patterns = Array.isArray(workerFirst) ? workerFirst.filter((pattern) => typeof pattern === 'string') : [];
    const exclusion = patterns.find((pattern) => pattern.startsWith('!') && reaches(pattern.slice(1)));
    const runsWorkerFirst = exclusion === undefined && (workerFirst === true || patterns.some(reaches));
    return { file, runsWorkerFirst, keepsMissing: whatKeepsMissing(settings, exclusion) };
  }
  return undefined;
}

/** @param exclusion the pattern of `run_worker_first` by which no Worker is asked for files of the folder. */
function whatKeepsMissing({ hasWorker, isPages }: WranglerSettings, exclusion: string | undefined): string | undefined {
  if (isPages) return undefined;
  if (exclusion !== undefined) return `remove "${exclusion}" from run_worker_first`;
  return hasWorker ? undefined : 'add "main", with a Worker that answers 404 (docs/DEPLOYING.md in this package has one)';
}

/** The settings of a wrangler configuration that matter here, of whatever environment. */
interface WranglerSettings {
  hasWorker: boolean;
  isPages: boolean;
  workerFirst: unknown;
}

function settingsInJson(file: string, text: string): WranglerSettings {
  const config = parseJsonWithComments(file, text);
  const environments = [config, ...Object.values(Object(config.env) as Record<string, unknown>)].map(
    (environment) => Object(environment) as Record<string, unknown>,
  );
  const workerFirst = environments.map(({ assets }) => (Object(assets) as Record<string, unknown>).run_worker_first);
  return {
    hasWorker: environments.some(({ main }) => main !== undefined),
    isPages: environments.some(({ pages_build_output_dir }) => pages_build_output_dir !== undefined),
    workerFirst: workerFirst.find((value) => value !== undefined && value !== false),
  };
}

/** wrangler allows comments and trailing commas in both. */
function parseJsonWithComments(file: string, text: string): Record<string, unknown> {
  try {
    return Object(getNodeValue(parseJson(text, 'jsonc'))) as Record<string, unknown>;
  } catch (error) {
    throw new SmartCacheError(
      'ERR_SMART_CACHE_FILE_UNREADABLE',
      {
        what: 'The wrangler configuration is not JSON with comments; nothing was written',
        where: file,
        why: error instanceof Error ? error.message : String(error),
        fix: 'correct it and run the command again',
      },
      { cause: error },
    );
  }
}

/** Three keys are looked for; wrangler itself reports TOML that it cannot read. */
function settingsInToml(text: string): WranglerSettings {
  const has = (key: string) => new RegExp(`^[ \\t]*${key}[ \\t]*=`, 'm').test(text);
  const [, value = ''] = /^[^#\n]*?\brun_worker_first[ \t]*=[ \t]*(true|\[[^\]]*\])/m.exec(text) ?? [];
  const patterns = [...value.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, double, single]) => double ?? single);
  return { hasWorker: has('main'), isPages: has('pages_build_output_dir'), workerFirst: value === 'true' || patterns };
}

/** OpenNext for AWS has the same file, and no `_headers`. */
function findOpenNextForCloudflare(root: string): string | undefined {
  return ['open-next.config.ts', 'open-next.config.mjs', 'open-next.config.js'].find((file) =>
    readUtf8IfThere(path.join(root, file))?.includes('@opennextjs/cloudflare'),
  );
}

/** The outcome for the rule in `public/_headers`. */
export interface HeadersPlan {
  /** The hosts that read the file: `Cloudflare (wrangler.jsonc)`. */
  hosts: readonly string[];
  /** `by-hand`: the author has to decide; `messages` say what about. */
  outcome: 'present' | 'to-add' | 'by-hand';
  file: string;
  /** The new text of the file, under `to-add`. */
  text?: string;
  messages: readonly string[];
}

/**
 * Plans the rule for the hosts that are recognised by their files.
 *
 * @returns `undefined` for an app without such a host.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function planHeaders({ root, publicDir, prefixes, isExport }: Project): HeadersPlan | undefined {
  const { basePath } = prefixes;
  const { names, obstacle, note } = findHeadersHosts({ root, basePath, isExport });
  if (names.length === 0) return undefined;
  const hosts = names.join(' and ');
  const file = path.join(publicDir, '_headers');
  const notes = note === undefined ? [] : [note];
  const plan = (outcome: HeadersPlan['outcome'], ...messages: string[]): HeadersPlan => ({ hosts: names, outcome, file, messages });
  if (obstacle !== undefined) return plan('by-hand', `the rule for ${hosts} was not added to public/_headers: ${obstacle}`);
  const edit = addHeadersRule(readUtf8IfThere(file) ?? '', basePath);
  const rule = headersRule(basePath);
  const pasted = printHeadersRule(rule).trimEnd();
  switch (edit.outcome) {
    case 'unchanged':
      return plan('present', ...notes);
    case 'added':
      return { ...plan('to-add', ...notes), text: edit.text };
    case 'full':
      return plan('by-hand', `public/_headers has ${edit.limit} rules, and Cloudflare reads no more; make room for this one:\n${pasted}`);
    case 'conflict': {
      const found = `public/_headers:${edit.line} says "${edit.written}" for ${edit.path}, which counts for files below ${rule.path} too; it was left as it is.`;
      const overruling = pasted.replace('\n', '\n  ! Cache-Control\n');
      return plan(
        'by-hand',
        `${found} To have these files immutable on ${hosts}, remove it, or write after all other rules:\n${overruling}`,
      );
    }
  }
}
