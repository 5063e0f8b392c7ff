import path from 'node:path';
import { describeProblem } from '../core/errors.js';
import { type BuiltManifest, buildManifest } from '../pipeline/build-manifest.js';
import type { Project } from '../pipeline/project.js';
import type { CommandIo, ExitCode, GlobalFlags } from './command-io.js';

/** `next-smart-cache build`: writes the manifest and fills the store. */
export async function runBuild({ cwd, json }: GlobalFlags, io: CommandIo): Promise<ExitCode> {
  const project = await io.loadProject(path.resolve(io.cwd, cwd));
  const built = buildManifest(project);
  if (json) io.stdout(`${JSON.stringify(toReport(project, built), null, 2)}\n`);
  for (const warning of built.warnings) io.stderr(`next-smart-cache: ${describeProblem(warning)}\n`);
  io.stderr(`next-smart-cache: ${summarize(project, built)}\n`);
  return 0;
}

function toReport(project: Project, { manifest, changed, filesRead, warnings }: BuiltManifest) {
  return {
    manifest: project.manifestPath,
    changed,
    files: Object.keys(manifest.assets).length,
    filesRead,
    bytes: totalBytes(manifest),
    warnings,
  };
}

function summarize(project: Project, { manifest, changed, filesRead }: BuiltManifest): string {
  const count = Object.keys(manifest.assets).length;
  if (count === 0) return `public/ holds no file to hash; ${changed ? 'wrote an empty' : 'nothing changed in the'} manifest`;
  const files = `${groupDigits(count)} ${count === 1 ? 'file' : 'files'}, ${formatBytes(totalBytes(manifest))}`;
  if (!changed) return `${files}: nothing changed`;
  return `${files} (${groupDigits(filesRead)} read): wrote ${path.relative(project.root, project.manifestPath)}`;
}

function totalBytes({ assets }: BuiltManifest['manifest']): number {
  return Object.values(assets).reduce((sum, { size }) => sum + size, 0);
}

/** `6,288`. `toLocaleString` would load Intl, which takes longer than to look at a thousand files. */
function groupDigits(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
