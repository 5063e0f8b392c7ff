import { createHash } from 'node:crypto';
import { plainPath } from '../support/request-paths';
import type { Loaded } from './browser';
import { colourOf } from './site-files';
import type { SiteVersion } from './site-versions';

export interface Figures {
  requests: number;
  pages: number;
  swaps: number;
  kills: number;
  immutable: number;
  'wrong immutable': number;
  'wrong from caches': number;
  optimized: number;
  'wrong optimized': number;
  'not found': number;
  'cut or 5xx': number;
  'broken pages': number;
}

/** The figures that the package promises to be 0. */
export const MUST_BE_ZERO = ['wrong immutable', 'wrong from caches', 'wrong optimized'] as const;

export interface Audit {
  figures: Figures;
  /** The first few wrong answers, described. */
  examples: readonly string[];
  /** Judges an answer; returns whether a page can use it. */
  judge(url: string, loaded: Loaded, via: string): boolean;
}

const DAY = 86_400;
const MAX_EXAMPLES = 5;

/** Judges answers by the promises of all versions of a site together. */
export function createAudit(versions: readonly SiteVersion[]): Audit {
  // A scheme may issue URLs with a query; ours has the hash in the path, whatever the query is.
  const issued = new Map(versions.flatMap((version) => [...version.issued]));
  const colours = new Map(versions.flatMap((version) => [...version.colours]));
  const figures: Figures = {
    requests: 0,
    pages: 0,
    swaps: 0,
    kills: 0,
    immutable: 0,
    'wrong immutable': 0,
    'wrong from caches': 0,
    optimized: 0,
    'wrong optimized': 0,
    'not found': 0,
    'cut or 5xx': 0,
    'broken pages': 0,
  };
  const examples: string[] = [];

  /** The bytes that the version which answers has under the path without its hash: right for a stale hash, if the server was asked. */
  const isCurrent = (url: string, loaded: Loaded) => {
    const version = versions.find(({ name }) => name === loaded.headers['x-version']);
    return version?.originals.get(withoutHash(url)) === sha256(loaded.body);
  };

  const judge = (url: string, loaded: Loaded, via: string) => {
    const { status, headers } = loaded;
    if (status === 404) figures['not found']++;
    if (status >= 500) figures['cut or 5xx']++;
    const blame = (figure: (typeof MUST_BE_ZERO)[number]) => {
      figures[figure]++;
      if (examples.length < MAX_EXAMPLES) examples.push(describe(figure, url, loaded, via));
    };
    // Resolved, since a request may spell the path in another way, such as `/%2e%2e/_next/image`.
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname === '/_next/image') {
      if (status !== 200) return false;
      figures.optimized++;
      const source = searchParams.get('url') ?? '';
      // A plain path promises no bytes.
      const colour = colourOf(loaded.body);
      const isRight = !looksHashed(source) || (colour !== undefined && colours.get(plainPath(source)) === colour);
      if (!isRight) blame('wrong optimized');
      return isRight;
    }
    const hash = issued.get(url) ?? issued.get(plainPath(url));
    const hasItsBytes = hash !== undefined && sha256(loaded.body).startsWith(hash);
    const promisesBytes = hash !== undefined || looksHashed(url);
    // A rule of the app may make its plain files immutable: that is not a promise of the package.
    if (isKeptForLong(headers['cache-control']) && (promisesBytes || !versions.some(({ hasOwnRule }) => hasOwnRule))) {
      figures.immutable++;
      if (status !== 200 || !hasItsBytes) blame('wrong immutable');
    }
    if (status !== 200) return false;
    const isFromCache = loaded.source === 'browser cache' || /HIT|STALE|UPDATING|REVALIDATED/.test(String(headers['x-cache']));
    if (promisesBytes && !hasItsBytes && (isFromCache || (loaded.source === '304' && !isCurrent(url, loaded)))) blame('wrong from caches');
    return true;
  };
  return { figures, examples, judge };
}

/** `immutable`, or fresh for a day: no scheme may say that of bytes that it is not sure of. */
function isKeptForLong(cacheControl: string | undefined): boolean {
  if (cacheControl === undefined || /no-store|no-cache|private/.test(cacheControl)) return false;
  const [, seconds = '0'] = /max-age=(\d+)/.exec(cacheControl) ?? [];
  return /immutable/.test(cacheControl) || Number(seconds) >= DAY;
}

function looksHashed(path: string): boolean {
  return path.startsWith('/') && withoutHash(path) !== plainPath(path);
}

/** The asset path in a hashed URL; other URLs as they are. */
function withoutHash(url: string): string {
  return plainPath(url)
    .replace(/^\/_next\/static\/media\/smart-cache(?=\/)/, '')
    .replace(/\.[0-9a-f]{10}(?=(\.\w+)?$)/, '');
}

function describe(figure: string, url: string, { status, headers, body, source }: Loaded, via: string): string {
  const shown = ['cache-control', 'etag', 'x-cache', 'x-version'].map((name) => `${name}: ${headers[name] ?? 'none'}`).join(', ');
  return `${figure}: ${url} through ${via}, ${status} from ${source} with bytes of SHA-256 ${sha256(body).slice(0, 10)}; ${shown}`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
