import fs from 'node:fs';
import path from 'node:path';
import { IMMUTABLE } from '../support/http';
import type { NextApp } from '../support/next-app';
import { type NodeServer, serveInProcess, startNodeServer } from '../support/node-server';
import { CONTENT_TYPES } from '../support/out-folder-server';
import { startProxy } from '../support/proxy';

/** The parts of `open-next.output.json` that say which request goes where. */
interface OpenNextOutput {
  behaviors: { pattern: string; origin: 's3' | 'default' | 'imageOptimizer' }[];
  origins: { s3: S3Origin; default: FunctionOrigin; imageOptimizer: FunctionOrigin };
}

interface S3Origin {
  originPath: string;
  copy: { from: string; to: string; cached: boolean; versionedSubDir?: string }[];
}

interface FunctionOrigin {
  bundle: string;
}

/** The header that OpenNext recommends for the files outside of `versionedSubDir`: https://opennext.js.org/aws/inner_workings/architecture */
const UNHASHED = 'public, max-age=0, s-maxage=31536000, must-revalidate';

/**
 * Serves what `open-next build` has left as CloudFront does after a deploy:
 * the first behavior whose pattern matches names the origin. The bucket is a
 * server of files; the functions are those of the build, with Node's wrapper.
 */
export async function startCloudFront({ dir, env }: NextApp): Promise<NodeServer> {
  const { behaviors, origins } = JSON.parse(fs.readFileSync(path.join(dir, '.open-next/open-next.output.json'), 'utf8')) as OpenNextOutput;
  const settings: NodeJS.ProcessEnv = { ...env, NODE_ENV: 'production', ASSETS_FOLDER: path.join(dir, '.open-next/assets') };
  const startFunction = ({ bundle }: FunctionOrigin) => startNodeServer(['index.mjs'], { cwd: path.join(dir, bundle), env: settings });
  const servers = {
    s3: await startBucket(dir, origins.s3),
    default: await startFunction(origins.default),
    imageOptimizer: await startFunction(origins.imageOptimizer),
  };
  // `*` is the default behavior, which CloudFront asks last, wherever it is listed.
  const matchers = behaviors
    .toSorted((a, b) => Number(a.pattern === '*') - Number(b.pattern === '*'))
    .map(({ pattern, origin }) => ({ expression: toExpression(pattern), server: servers[origin] }));
  const front = await startProxy((requested) => {
    const pathname = requested.replace(/\?.*/, '');
    return matchers.find(({ expression }) => expression.test(pathname))?.server.origin ?? servers.default.origin;
  });
  return {
    origin: front.origin,
    output: () => servers.default.output() + servers.imageOptimizer.output(),
    stop: async () => {
      await front.close();
      await Promise.all(Object.values(servers).map((server) => server.stop()));
    },
  };
}

/** `*` is any number of characters, slashes included: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html */
function toExpression(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^/?${escaped}$`);
}

/** The bucket after a deploy. S3 answers 403 in place of 404 where CloudFront may not list the bucket. Neither has caching headers. */
function startBucket(dir: string, { originPath, copy }: S3Origin): Promise<NodeServer> {
  return serveInProcess((incoming, outgoing) => {
    const key = originPath + decodeURIComponent(new URL(incoming.url ?? '/', 'http://localhost').pathname);
    const source = copy.find(({ to }) => key.startsWith(`${to}/`));
    const name = source && key.slice(source.to.length + 1);
    const file = name && path.join(dir, source.from, name);
    if (!file || !fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
      outgoing.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    const isHashed = source.cached && source.versionedSubDir !== undefined && name.startsWith(`${source.versionedSubDir}/`);
    outgoing.writeHead(200, {
      'content-type': CONTENT_TYPES[path.extname(file)] ?? 'application/octet-stream',
      'cache-control': isHashed ? IMMUTABLE : UNHASHED,
    });
    fs.createReadStream(file).pipe(outgoing);
  });
}
