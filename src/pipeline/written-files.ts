import fs from 'node:fs';
import path from 'node:path';
import type { ErrorParts } from '../core/errors.js';
import { DECLARATION_FILE, isAssetPathDeclaration } from '../core/public-folder.js';
import { IMMUTABLE_STORE_URL, REWRITE_STORE_URL, STORE_URL } from '../core/rewrite-rules.js';
import { readTextIfThere } from '../disk/files.js';
import type { Project } from './project.js';
import { renderModulePaths } from './render-modules.js';

/** What the package has written into an app, and what only looks like it. */
export interface WrittenFiles {
  /** Absolute paths of files and folders that are the package's own, with all that is in them. */
  own: string[];
  /** What has one of their names, and stays. */
  foreign: ErrorParts[];
}

/** A folder that is ours whatever lies in it, or what lies in one; what is missing there is not ours. */
type Kind = 'file' | 'folder' | Contents;
type Contents = readonly (readonly [name: string | RegExp, kind: Kind])[];

const { hot, ...modules } = renderModulePaths({ outputDir: '' }, 'build');
const MODULES: Contents = [...Object.values(modules).map((file) => [path.basename(file), 'file'] as const), [path.basename(hot), 'folder']];
const OUTPUT: Contents = [
  ['manifest.json', 'file'],
  ['build', MODULES],
  ['development', MODULES],
];
const STORE: Contents = [
  ['scan.json', 'file'],
  ['scan-development.json', 'file'],
  ['deploys.json', 'file'],
  // Copies, by their content hash; and half ones of a killed build.
  ['files', [[/^(?:[0-9a-f]{32,128}|\d+-[0-9a-f]{12}-\d+\.tmp)$/, 'file']]],
];
const DECLARATION: Contents = [[DECLARATION_FILE, 'file']];
const LINKED = [STORE_URL, REWRITE_STORE_URL, IMMUTABLE_STORE_URL];

/** Looks for everything that the package writes, and removes nothing. */
export function findWrittenFiles({ root, outputDir, cacheDir, buildDir }: Project): WrittenFiles {
  const found: WrittenFiles = { own: [], foreign: [] };
  lookInto(root, DECLARATION, found);
  if (isFolder(outputDir, root, found)) lookForAll(outputDir, OUTPUT, found);
  if (isFolder(cacheDir, root, found)) lookForAll(cacheDir, STORE, found);
  // What Next exports to out/ is Next's.
  for (const url of LINKED) lookForLinked(path.join(buildDir, url.replace('/_next/', '')), root, found);
  return found;
}

/** In a folder of Next: whatever is said of it must not be said of the whole. */
function lookForLinked(linked: string, root: string, found: WrittenFiles): void {
  const linkedDir = path.dirname(linked);
  if (!fs.statSync(linkedDir, { throwIfNoEntry: false })?.isDirectory()) return;
  const inside: WrittenFiles = { own: [], foreign: [] };
  lookInto(linkedDir, [[path.basename(linked), 'folder']], inside);
  const whyNot = whyOutside(linkedDir, root);
  found.own.push(...(whyNot === undefined ? inside.own : []));
  found.foreign.push(...inside.foreign, ...(whyNot === undefined ? [] : inside.own.map((folder) => notOurs(folder, whyNot))));
}

/** A folder that is ours as a whole, unless something else lies in it. */
function lookForAll(folder: string, contents: Contents, found: WrittenFiles): void {
  const inside: WrittenFiles = { own: [], foreign: [] };
  lookInto(folder, contents, inside);
  for (const name of fs.readdirSync(folder)) {
    if (kindOf(name, contents) === undefined) inside.foreign.push(notOurs(path.join(folder, name), 'next-smart-cache writes no such file'));
  }
  found.own.push(...(inside.foreign.length === 0 ? [folder] : inside.own));
  found.foreign.push(...inside.foreign);
}

function lookInto(folder: string, contents: Contents, found: WrittenFiles): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const kind = kindOf(entry.name, contents);
    if (kind === undefined) continue;
    const target = path.join(folder, entry.name);
    const why = whyNotOurs(target, kind, entry);
    if (why !== undefined) found.foreign.push(notOurs(target, why));
    else if (typeof kind === 'string') found.own.push(target);
    else lookForAll(target, kind, found);
  }
}

/** Also under the name that a file or folder has while it is being written, in case the writer was killed. */
function kindOf(name: string, contents: Contents): Kind | undefined {
  const whole = name.replace(/\.\d+-[0-9a-f]{12}\.tmp$/, '');
  return contents.find(([known]) => (typeof known === 'string' ? known === whole : known.test(whole)))?.[1];
}

function whyNotOurs(target: string, kind: Kind, entry: fs.Dirent): string | undefined {
  if (entry.isSymbolicLink()) return 'it is a symbolic link, and next-smart-cache makes none';
  const isAsMeant = kind === 'file' ? entry.isFile() : entry.isDirectory();
  if (!isAsMeant) return `it is no ${kind === 'file' ? 'file' : 'folder'}, and next-smart-cache writes one there`;
  if (entry.name === DECLARATION_FILE && !isAssetPathDeclaration(readTextIfThere(target) ?? '')) {
    return 'its first line is not the one that next-smart-cache writes';
  }
  return undefined;
}

/** Whether a folder is there, and is reached from the app without a link that leads out of it. */
function isFolder(folder: string, root: string, found: WrittenFiles): boolean {
  const stats = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isDirectory()) {
    const what = stats.isSymbolicLink() ? 'a symbolic link' : 'no folder';
    found.foreign.push(notOurs(folder, `it is ${what}, and next-smart-cache writes a folder there`));
    return false;
  }
  const whyNot = whyOutside(folder, root);
  if (whyNot !== undefined) found.foreign.push(notOurs(folder, whyNot));
  return whyNot === undefined;
}

function whyOutside(folder: string, root: string): string | undefined {
  const [realRoot, real] = [fs.realpathSync(root), fs.realpathSync(folder)];
  // A distDir beside the app is no link.
  const isAsNamed = real === path.join(realRoot, path.relative(root, folder));
  if (isAsNamed || real.startsWith(realRoot + path.sep)) return undefined;
  return `a symbolic link leads out of the app on the way there, to ${real}`;
}

function notOurs(where: string, why: string): ErrorParts {
  return {
    what: 'Left alone, since next-smart-cache may not have written it',
    where,
    why,
    fix: `if nobody needs it, remove it by hand: rm -r ${JSON.stringify(where)}`,
  };
}
