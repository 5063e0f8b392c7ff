import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { listFiles } from '../support/folders';
import { installedNext } from '../support/installed-next';
import { type NodeServer, startNodeServer } from '../support/node-server';
import { colourOf, publicFiles, VERSION_NAMES, type VersionName } from './site-files';

/** One version of a site: how to start its server, and what it promises. */
export interface SiteVersion {
  name: VersionName;
  dir: string;
  /** Whether the app itself makes files immutable by their extension. */
  hasOwnRule: boolean;
  start(): Promise<NodeServer>;
  /** URL that its pages link → the hex digits that the SHA-256 of the bytes begins with. */
  issued: ReadonlyMap<string, string>;
  /** URL that its pages link → the colour of the image there. */
  colours: ReadonlyMap<string, string>;
  /** Asset path → SHA-256 of the file in `public/`: the right answer to a stale hash. */
  originals: ReadonlyMap<string, string>;
}

export interface SiteSettings {
  delivery: 'rewrite' | 'static';
  /** Whether each build gets the `.next/cache` of the one before. */
  isCacheCarried: boolean;
  /** Whether the app has the header rule of many tutorials: `immutable` for every `.js`, `.css` and image. */
  immutableByExtension: boolean;
}

const FIXTURE = path.resolve(__dirname, '../fixtures/storm');

/** Builds the three versions below `folder`, one after the other. */
export async function buildVersions(settings: SiteSettings, folder: string, signal: AbortSignal): Promise<SiteVersion[]> {
  const versions: SiteVersion[] = [];
  let cache: string | undefined;
  for (const name of VERSION_NAMES) {
    const dir = path.join(folder, name);
    fs.cpSync(FIXTURE, dir, { recursive: true });
    const files = publicFiles(name);
    writeFiles(path.join(dir, 'public'), files);
    const { delivery, immutableByExtension } = settings;
    fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ private: true }));
    fs.writeFileSync(
      path.join(dir, 'storm.json'),
      JSON.stringify({ version: name, delivery, immutableByExtension, assets: [...files.keys()] }),
    );
    if (cache && settings.isCacheCarried) fs.cpSync(cache, path.join(dir, '.next/cache'), { recursive: true, preserveTimestamps: true });
    cache = path.join(dir, '.next/cache');
    await runNextBuild(dir, signal);
    versions.push({ ...readVersion(name, dir, files), hasOwnRule: immutableByExtension });
  }
  return versions;
}

function readVersion(name: VersionName, dir: string, files: ReadonlyMap<string, Buffer>): Omit<SiteVersion, 'hasOwnRule'> {
  const manifest = JSON.parse(fs.readFileSync(path.join(dir, '.smart-cache/manifest.json'), 'utf8')) as {
    assets: Record<string, { url: string; hash: string }>;
  };
  const links = Object.entries(manifest.assets).map(([assetPath, { url, hash }]) => ({ assetPath, url, hash }));
  return {
    name,
    dir,
    start: () => startNodeServer([nextBin(), 'start', '-H', '127.0.0.1'], { cwd: dir, env: environment() }),
    ...promisesOf(links, files),
  };
}

/** Serves the same three versions by a scheme that is known to be wrong. */
export function strawVersions(scheme: 'query' | 'any-hash', folder: string): SiteVersion[] {
  return VERSION_NAMES.map((name) => {
    const files = publicFiles(name);
    const dir = path.join(folder, name);
    writeFiles(dir, files);
    const links = [...files].map(([assetPath, bytes]) => {
      const hash = sha256(bytes);
      const url = scheme === 'query' ? `${assetPath}?v=${name}` : assetPath.replace(/(\.\w+)?$/, `.${hash.slice(0, 10)}$1`);
      return { assetPath, url, hash };
    });
    const server = path.join(__dirname, 'straw-server.mjs');
    return {
      name,
      dir,
      hasOwnRule: false,
      start: () => startNodeServer([server, scheme, dir, name], { cwd: dir, env: process.env }),
      ...promisesOf(links, files),
    };
  });
}

function promisesOf(
  links: readonly { assetPath: string; url: string; hash: string }[],
  files: ReadonlyMap<string, Buffer>,
): Pick<SiteVersion, 'issued' | 'colours' | 'originals'> {
  const colours = new Map<string, string>();
  for (const { assetPath, url } of links) {
    const colour = colourOf(files.get(assetPath) ?? Buffer.alloc(0));
    if (colour) colours.set(url, colour);
  }
  return {
    issued: new Map(links.map(({ url, hash }) => [url, hash])),
    colours,
    originals: new Map([...files].map(([assetPath, bytes]) => [assetPath, sha256(bytes)])),
  };
}

/** Gives every file the time stamp that buildpacks give them. */
export function setOneTimeStamp(folder: string): void {
  const stamp = new Date('1980-01-01T00:00:01Z');
  for (const file of listFiles(folder)) fs.lutimesSync(path.join(folder, file), stamp, stamp);
}

function runNextBuild(cwd: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [nextBin(), 'build'], { cwd, env: environment(), signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(`next build failed in ${cwd}:\n${output}`))));
  });
}

function nextBin(): string {
  return path.join(installedNext('latest'), 'node_modules/next/dist/bin/next');
}

function environment(): NodeJS.ProcessEnv {
  // Jest sets NODE_ENV to a value that Next warns about.
  const { NODE_ENV: _ofJest, ...env } = process.env;
  return { ...env, NEXT_TELEMETRY_DISABLED: '1' } as unknown as NodeJS.ProcessEnv;
}

function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [assetPath, bytes] of files) {
    const file = path.join(folder, assetPath);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
