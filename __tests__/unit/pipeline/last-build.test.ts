import fs from 'node:fs';
import path from 'node:path';
import { serializeCheckedDocument } from '../../../src/disk/checked-document';
import { nowNs } from '../../../src/disk/hash-file';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { findSameBuild, rememberBuild } from '../../../src/pipeline/last-build';
import type { Project } from '../../../src/pipeline/project';
import { scanProject } from '../../../src/pipeline/scan';
import { openStore } from '../../../src/pipeline/store';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

const MANY = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`in/${index}.txt`, `content ${index}`]));
const FILES = { 'a.css': 'a { background: url(b.png) }', 'b.png': 'b', 'robots.txt': '', ...MANY };
const SUMMARY = { files: 42, bytes: 500, warnings: [{ what: 'What', where: 'where', why: 'why', fix: 'fix' }], olderCopies: '2 files' };
const RECORD = 'last-build.json';
/** A file that was written this moment could change without another time stamp. */
const LATER = nowNs() + 60_000_000_000n;

/** An app that was built, and whose build is remembered. */
function builtProject(project = projectWith(FILES)): Project {
  const scan = scanProject(project);
  const { manifest } = buildManifest(project, { scan });
  rememberBuild(project, { scan, scanAtNs: LATER, manifest }, '1.0.0', SUMMARY);
  return project;
}

const same = (project: Project, version = '1.0.0') => findSameBuild(project, scanProject(project), version);
const inFiles = (project: Project, extension: string) => {
  const folder = path.join(project.cacheDir, 'files');
  return path.join(folder, fs.readdirSync(folder).find((name) => path.extname(name) === extension) ?? 'none');
};

function replaceByFolder(file: string): void {
  fs.rmSync(file);
  fs.mkdirSync(file);
}

test('finds the summary of the last build if nothing has changed', () => {
  const project = builtProject();
  expect(same(project)).toEqual(SUMMARY);
  expect(same(project)).toEqual(SUMMARY);
});

test.each<[string, (project: Project) => void]>([
  ['a file was edited', ({ publicDir }) => fs.writeFileSync(path.join(publicDir, 'b.png'), 'c')],
  ['a file was touched', ({ publicDir }) => fs.utimesSync(path.join(publicDir, 'b.png'), 1, 1)],
  ['a file was added', ({ publicDir }) => fs.writeFileSync(path.join(publicDir, 'c.png'), 'c')],
  ['a file was removed', ({ publicDir }) => fs.rmSync(path.join(publicDir, 'b.png'))],
  ['a file was renamed', ({ publicDir }) => fs.renameSync(path.join(publicDir, 'b.png'), path.join(publicDir, 'c.png'))],
  ['a file with a fixed name was added', ({ publicDir }) => fs.writeFileSync(path.join(publicDir, 'favicon.ico'), '')],
  ['a route was added', ({ root }) => writeFiles(root, { 'app/in/[name]/route.ts': '' })],
  ['the manifest was edited', ({ manifestPath }) => fs.appendFileSync(manifestPath, ' ')],
  ['the manifest was removed', ({ manifestPath }) => fs.rmSync(manifestPath)],
  ['the types were edited', ({ declarationPath }) => fs.appendFileSync(declarationPath, ' ')],
  ['the types were removed', ({ declarationPath }) => fs.rmSync(declarationPath)],
  ['a folder took the place of the manifest', ({ manifestPath }) => replaceByFolder(manifestPath)],
  ['a folder took the place of the types', ({ declarationPath }) => replaceByFolder(declarationPath)],
  ['the copies were removed', ({ cacheDir }) => fs.rmSync(path.join(cacheDir, 'files'), { recursive: true })],
  ['the scan cache was removed', ({ cacheDir }) => fs.rmSync(path.join(cacheDir, 'scan.json'))],
  ['a deploy was recorded', ({ cacheDir }) => fs.writeFileSync(path.join(cacheDir, 'deploys.json'), '')],
  ['a copy was removed', (project) => fs.rmSync(inFiles(project, ''))],
  ['a pack was cut', (project) => fs.truncateSync(inFiles(project, '.pack'), 1)],
  ['the index of a pack was cut', (project) => fs.truncateSync(inFiles(project, '.json'), 1)],
  ['the record was cut', ({ cacheDir }) => fs.truncateSync(path.join(cacheDir, RECORD), 100)],
  ['the record has another form', ({ cacheDir }) => fs.writeFileSync(path.join(cacheDir, RECORD), serializeCheckedDocument('[]'))],
])('finds nothing after %s', (_, change) => {
  const project = builtProject();
  change(project);
  expect(same(project)).toBeUndefined();
});

test('finds nothing with another option, or another version of the package', () => {
  const project = builtProject();
  expect(same(withOptions(project, { hash: { length: 12 } }))).toBeUndefined();
  expect(same(project, '1.0.1')).toBeUndefined();
});

test('does not remember a file that could change without another time stamp', () => {
  const project = projectWith(FILES);
  const scan = scanProject(project);
  const { manifest } = buildManifest(project, { scan });
  rememberBuild(project, { scan, scanAtNs: nowNs() - 10_000_000_000n, manifest }, '1.0.0', SUMMARY);
  expect(same(project)).toBeUndefined();
});

test('finds nothing if another build wrote its manifest before this one was remembered', () => {
  const project = projectWith(FILES);
  const scan = scanProject(project);
  const { manifest } = buildManifest(project, { scan });
  buildManifest(withOptions(project, { delivery: 'static' }));
  rememberBuild(project, { scan, scanAtNs: LATER, manifest }, '1.0.0', SUMMARY);
  expect(same(project)).toBeUndefined();
});

test('lets the whole build report a file that took the place of the store', () => {
  const project = builtProject();
  const { filesDir } = openStore(project.cacheDir);
  fs.rmSync(filesDir, { recursive: true });
  fs.writeFileSync(filesDir, '');
  expect(() => same(project)).toThrow(smartCacheError('ERR_SMART_CACHE_WRITE_FAILED', { where: filesDir }));
});

test('does not remember the result of a function, or of a build without files', () => {
  expect(same(builtProject(projectWith(FILES, { fingerprint: () => 'x' })))).toBeUndefined();
  const empty = projectWith({});
  const scan = scanProject(empty);
  const { manifest } = buildManifest(empty, { scan });
  rememberBuild(empty, { scan, scanAtNs: LATER, manifest }, '1.0.0', { ...SUMMARY, files: 0 });
  expect(fs.existsSync(path.join(empty.cacheDir, RECORD))).toBe(false);
});
