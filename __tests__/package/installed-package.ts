import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeFiles } from '../support/temporary-folder';

const ROOT = path.resolve(__dirname, '../..');

export interface PackageJson {
  version: string;
  bin: Record<string, string>;
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}
export const PACKAGE_JSON = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as PackageJson;

export interface InstalledPackage {
  /** The files that npm would publish, as paths within the package. */
  files: string[];
  /** Bytes of the tarball. */
  packedSize: number;
  /** An empty app with the package as published in its `node_modules/`, and links to what it depends on. */
  root: string;
  /** The package's own folder. */
  dir: string;
  /** The command line, as npm links it. */
  bin: string;
}

/** Packs the package as `npm publish` does, and installs it on its own. `npm test` has built `dist/` before. */
export function installPackage(): InstalledPackage {
  const root = temporaryFolder();
  const dir = path.join(root, 'node_modules/next-smart-cache');
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', root], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename, files, size }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[]; size: number }];
  // Otherwise a package.json in a folder above counts as the app's.
  fs.writeFileSync(path.join(root, 'package.json'), '{}');
  fs.mkdirSync(dir, { recursive: true });
  execFileSync('tar', ['-xzf', path.join(root, filename), '-C', dir, '--strip-components=1']);
  fs.rmSync(path.join(root, filename));
  linkDependencies(root);
  const bin = path.join(root, 'node_modules/.bin/next-smart-cache');
  fs.mkdirSync(path.dirname(bin));
  fs.symlinkSync(path.join(dir, PACKAGE_JSON.bin['next-smart-cache'] ?? ''), bin);
  return { files: files.map((file) => file.path).sort(), packedSize: size, root, dir, bin };
}

/** An app with these files, and the package installed as npm would. */
export function appWith(installed: InstalledPackage, files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  fs.symlinkSync(path.join(installed.root, 'node_modules'), path.join(root, 'node_modules'));
  writeFiles(root, { 'package.json': '{}', ...files });
  return root;
}

/** The compiler's messages about an app. */
export function compile(cwd: string, options: Readonly<Record<string, unknown>> = {}): Run {
  const common = {
    module: 'nodenext',
    target: 'es2022',
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFiles(cwd, { 'tsconfig.json': JSON.stringify({ compilerOptions: { ...common, ...options }, include: ['*'] }) });
  const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  return run(process.execPath, [tsc, '-p', '.'], { cwd });
}

/** Links everything that the package needs into the `node_modules/` of a folder. */
export function linkDependencies(folder: string): void {
  const types = ['@types/node', '@types/react', '@types/react-dom'];
  for (const name of [...Object.keys({ ...PACKAGE_JSON.dependencies, ...PACKAGE_JSON.peerDependencies }), ...types]) {
    const link = path.join(folder, 'node_modules', name);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    fs.symlinkSync(path.join(ROOT, 'node_modules', name), link);
  }
}

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], options: { cwd: string; uid?: number }): Run {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', ...options });
  return { status, stdout, stderr };
}

/** Runs a script in plain Node, in the folder of an app, as ESM or CommonJS, and gives back what it prints as JSON. */
export function evaluate(
  cwd: string,
  format: 'module' | 'commonjs',
  script: string,
  { flags = [], uid }: { flags?: string[]; uid?: number } = {},
): unknown {
  const { status, stdout, stderr } = run(process.execPath, [...flags, `--input-type=${format}`, '--eval', script], {
    cwd,
    ...(uid !== undefined && { uid }),
  });
  if (status !== 0) throw new Error(`Node ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout);
}
