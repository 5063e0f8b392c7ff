import fs from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { SmartCacheError } from '../../core/errors.js';
import { formatCount } from '../../core/message-text.js';
import { type AreaGroup, findNginxAreas, type LeftToNext } from '../../core/nginx-areas.js';
import { writeNginxExport, writeNginxSite } from '../../core/nginx-config.js';
import { pathOfAssetPrefix } from '../../core/site-rules.js';
import type { Project } from '../../pipeline/project.js';
import type { CliCommand, CommandIo, ExitCode, Invocation } from '../command.js';
import { createReporter, printableJson } from '../terminal.js';

export const nginxCommand: CliCommand = {
  name: 'nginx',
  summary: 'print an nginx configuration that serves hashed files without Next',
  description:
    'Prints a configuration to include in the server block of an app that runs behind nginx. nginx then sends the hashed files of the finished ' +
    'build itself, as immutable, and passes all other requests to Next. It also leaves folders to Next that the proxy of the app guards, and ' +
    "lists them. With output: 'export', the configuration serves the export without Next.",
  failsWhen: 'there is no finished build, or it has a name that an nginx configuration cannot contain; then nothing is printed',
  examples: [
    ['nginx > /etc/nginx/smart-cache.conf', 'after each "next build"; then "nginx -s reload"'],
    ['nginx --app-dir /srv/app', 'if nginx runs on another machine than the build'],
  ],
  configure: (command) =>
    command.option('--app-dir <dir>', "the app's folder as nginx finds it, absolute (default: the app's folder)", parseDir),
  run: runNginx,
};

function parseDir(dir: string): string {
  if (!path.posix.isAbsolute(dir)) throw new InvalidArgumentError('It must be an absolute path, such as /srv/app.');
  return dir.replace(/\/+$/, '');
}

async function runNginx({ root, json, options }: Invocation, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(root);
  const appDir = (options.appDir as string | undefined) ?? project.root;
  const { config, groups, left } = project.isExport ? configureExport(project, appDir) : await configureSite(project, appDir, io);
  io.stdout(json ? `${printableJson({ config, groups, leftToNext: left })}\n` : config);
  const reporter = createReporter(io);
  for (const { path: folder, reason } of left) reporter.note(`left to Next: ${folder}, because ${reason}`);
  const folders = groups.flatMap(({ areas }) => areas);
  if (project.isExport) reporter.done('nginx serves the export without Next; include the configuration in a server block');
  else if (folders.length > 0)
    reporter.done(`nginx serves ${formatCount(folders.length, 'folder')}; include the configuration in the server block`);
  else reporter.done('nginx serves no folder; all are left to Next');
  return 0;
}

interface Configuration {
  config: string;
  groups: readonly AreaGroup[];
  left: readonly LeftToNext[];
}

async function configureSite(project: Project, appDir: string, io: CommandIo): Promise<Configuration> {
  // On demand: no other command needs the encoders, which it loads.
  const { nginxDirOf } = await import('../../pipeline/nginx-folder.js');
  const site = io.readBuiltSite(project);
  const settings = { assetPrefix: pathOfAssetPrefix(project.prefixes.assetPrefix), hashLength: project.options.hashLength };
  const { groups, left } = findNginxAreas(site, settings);
  const staticDir = resolveInAppDir(path.join(project.buildDir, 'static'), project, appDir);
  const nginxDir = nginxDirOf(project.buildDir);
  const compressedDir = fs.existsSync(nginxDir) ? resolveInAppDir(nginxDir, project, appDir) : undefined;
  return { config: writeNginxSite({ ...site, ...settings, staticDir, compressedDir, groups, left }), groups, left };
}

function configureExport(project: Project, appDir: string): Configuration {
  const { exportDir, prefixes } = project;
  if (!fs.existsSync(exportDir))
    throw new SmartCacheError('ERR_SMART_CACHE_BUILD_UNUSABLE', {
      what: 'There is no export to serve',
      where: exportDir,
      why: `"next build" has not run yet, or wrote to another folder`,
      fix: `run "next build" in the app's folder, or name that folder with --cwd DIR`,
    });
  const config = writeNginxExport({ exportDir: resolveInAppDir(exportDir, project, appDir), basePath: prefixes.basePath });
  return { config, groups: [], left: [] };
}

/** Returns a folder's path on the machine of nginx, with slashes even from Windows. */
function resolveInAppDir(folder: string, { root }: Project, appDir: string): string {
  return [appDir, path.relative(root, folder)].join('/').split(path.sep).join('/');
}
