import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { IMMUTABLE } from './http';
import type { NextApp } from './next-app';
import { type NodeServer, startNodeServer } from './node-server';
import { type RecordingProxy, startProxy } from './proxy';

/** The parts of `open-next.output.json` that say which request goes where. */
interface OpenNextOutput {
  behaviors: { pattern: string; origin: string }[];
  origins: { s3: S3Origin; default: FunctionOrigin; imageOptimizer: FunctionOrigin };
}

interface S3Origin {
  originPath: string;
  copy: { from: string; to: string; cached: boolean; versionedSubDir?: string }[];
}

interface FunctionOrigin {
  bundle: string;
}

/** What OpenNext tells to upload files with that are not below `versionedSubDir`: https://opennext.js.org/aws/inner_workings/architecture */
const UNHASHED = 'public, max-age=0, s-maxage=31536000, must-revalidate';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png' };

/**
 * Serves what `open-next build` has left as CloudFront does after a deploy:
 * the first behavior whose pattern matches names the origin. The bucket is a
 * server of files; the functions are those of the build, with Node's wrapper.
 */
export async function startCloudFront({ dir, env }: Pick<NextApp, 'dir' | 'env'>): Promise<NodeServer> {
  const { behaviors, origins } = JSON.parse(fs.readFileSync(path.join(dir, '.open-next/open-next.output.json'), 'utf8')) as OpenNextOutput;
  const settings: NodeJS.ProcessEnv = { ...env, NODE_ENV: 'production', ASSETS_FOLDER: path.join(dir, '.open-next/assets') };
  const startFunction = ({ bundle }: FunctionOrigin) => startNodeServer(['index.mjs'], { cwd: path.join(dir, bundle), env: settings });
  const servers = {
    s3: await startBucket(dir, origins.s3),
    default: await startFunction(origins.default),
    imageOptimizer: await startFunction(origins.imageOptimizer),
  };
  // CloudFront asks the default behavior last, wherever it is listed.
  const ordered = [...behaviors.filter(({ pattern }) => pattern !== '*'), ...behaviors.filter(({ pattern }) => pattern === '*')];
  const matchers = ordered.map(({ pattern, origin }) => ({ expression: toExpression(pattern), origin: origin as keyof typeof servers }));
  const front: RecordingProxy = await startProxy((requested) => {
    const pathname = requested.replace(/\?.*/, '');
    const origin = matchers.find(({ expression }) => expression.test(pathname))?.origin ?? 'default';
    return servers[origin].origin;
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

/** The bucket after a deploy. Whoever may not list it gets a 403 in place of the 404, without caching headers either. */
async function startBucket(dir: string, { originPath, copy }: S3Origin): Promise<NodeServer> {
  const server = http.createServer((incoming, outgoing) => {
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
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'cache-control': isHashed ? IMMUTABLE : UNHASHED,
    });
    fs.createReadStream(file).pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    output: () => '',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
