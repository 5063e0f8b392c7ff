import fs from 'node:fs';
import path from 'node:path';
import { type ErrorParts, SmartCacheError, systemErrorCode } from '../core/errors.js';

/** The error of a server that cannot listen. */
export function listenFailed(port: number, hostname: string | undefined, cause: Error): SmartCacheError {
  const where = hostname === undefined ? `port ${port}` : `port ${port} of ${hostname}`;
  const known = LISTEN_PROBLEMS[systemErrorCode(cause) ?? ''];
  const [why, fix] = known ?? [cause.message, 'pass another port with --port, or another hostname with --hostname'];
  return new SmartCacheError('ERR_SMART_CACHE_LISTEN_FAILED', { what: 'The server cannot listen', where, why, fix }, { cause });
}

const LISTEN_PROBLEMS: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  EADDRINUSE: ['another server listens there', 'stop that server, or pass another port with --port or PORT'],
  EACCES: ['only an administrator may use this port', 'pass a port above 1023 with --port or PORT'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'pass an address of this machine with --hostname or HOSTNAME, or neither'],
  ENOTFOUND: ['no address is known for that name', 'pass an address of this machine with --hostname or HOSTNAME, or neither'],
};

/**
 * Finds the reason why Next has not started.
 *
 * @param app what the config says. Default: nothing, because the config has thrown, or is not wrapped.
 * @returns `cause` itself if no other reason is known.
 */
export function explainFailure(root: string, app: { distDir: string; isExport: boolean } | undefined, cause: unknown): unknown {
  if (app === undefined) return cause;
  const { distDir, isExport } = app;
  const buildDir = path.join(root, distDir);
  if (isExport) {
    return unusable(cause, {
      what: "A static export (output: 'export') has no server to start",
      where: root,
      why: '"next build" has written the whole site as files',
      fix: 'serve the exported folder with a server for files: npx serve@latest out',
    });
  }
  if (fs.existsSync(path.join(buildDir, 'BUILD_ID'))) return cause;
  return unusable(cause, {
    what: 'There is no finished build to serve',
    where: buildDir,
    why: '"next build" has not run in this folder, or it has failed',
    fix: 'run "npm run build", then start the server again',
  });
}

function unusable(cause: unknown, parts: ErrorParts): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_BUILD_UNUSABLE', parts, { cause });
}
