import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { serializeManifest } from '../../../src/core/manifest-document';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import type { Project } from '../../../src/pipeline/project';
import { listStore, openPackedCopies, openStore } from '../../../src/pipeline/store';
import { temporaryFolder } from '../../support/temporary-folder';
import { projectWith } from '../support/project';

/** The folder in which the script keeps the compiled source for its next run. */
const compiled = temporaryFolder();
const SCRIPT = path.resolve(__dirname, '../support/build-until-killed.mjs');
const BEFORE = { 'a.js': 'before a', 'b.js': 'before b' };
const AFTER = { 'a.js': 'after a, and longer', 'b.js': 'after b, and longer', 'c.js': 'x'.repeat(2 * 1024 * 1024) };

/** Builds in a process of its own. @returns whether it was killed before its end. */
function buildAndKill({ root }: Project, method: string, count: number): boolean {
  const { signal, status, stderr } = spawnSync(process.execPath, [SCRIPT, compiled, root, method, String(count)], { encoding: 'utf8' });
  expect([signal ?? status, stderr]).toEqual([signal ? 'SIGKILL' : 0, '']);
  return signal !== null;
}

function edit(project: Project, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(project.publicDir, name), content);
}

/** Asset path → the hash that its frozen copy really has. */
function hashesOfCopies(project: Project, contentHashes: ReadonlyMap<string, string>): Map<string, string> {
  const store = openStore(project.cacheDir);
  const packed = openPackedCopies(listStore(store));
  const read = (contentHash: string) => packed.read(contentHash) ?? fs.readFileSync(store.pathOf(contentHash));
  const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  return new Map([...contentHashes].map(([assetPath, contentHash]) => [assetPath, hashOf(read(contentHash))]));
}

describe.each<[string, (project: Project) => void]>([
  ['of an app that was never built', (project) => edit(project, AFTER)],
  [
    'after another build',
    (project) => {
      buildManifest(project);
      edit(project, AFTER);
    },
  ],
  [
    'after development, which has hashed everything and frozen nothing',
    (project) => {
      edit(project, AFTER);
      buildManifest(project, { freeze: false });
    },
  ],
  [
    'after another, whose store was lost',
    (project) => {
      edit(project, AFTER);
      buildManifest(project);
      fs.rmSync(openStore(project.cacheDir).filesDir, { recursive: true });
    },
  ],
])('a build %s', (_, prepare) => {
  const target = serializeManifest(buildManifest(projectWith(AFTER)).manifest);

  test('leaves a whole manifest and a correct next build, whenever it is killed', () => {
    let kills = 0;
    for (const method of ['writeSync', 'writeFileSync', 'renameSync']) {
      for (let count = 1; killAndBuildAgain(prepare, target, method, count); count++) kills++;
    }
    expect(kills).toBeGreaterThan(2);
  });
});

/** @returns whether the build was killed before its end. */
function killAndBuildAgain(prepare: (project: Project) => void, target: string, method: string, count: number): boolean {
  const project = projectWith(BEFORE);
  prepare(project);
  const manifest = () => (fs.existsSync(project.manifestPath) ? fs.readFileSync(project.manifestPath, 'utf8') : undefined);
  const old = manifest();
  if (!buildAndKill(project, method, count)) return false;
  expect([old, target]).toContain(manifest());
  const { contentHashes } = buildManifest(project);
  expect(manifest()).toBe(target);
  expect([method, count, hashesOfCopies(project, contentHashes)]).toEqual([method, count, contentHashes]);
  return true;
}

test('a build with a pack leaves a whole manifest and a correct next build, whenever it is killed', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.txt`, `content ${index}`]));
  const files = { ...BEFORE, ...many };
  const target = serializeManifest(buildManifest(projectWith(files)).manifest);
  const prepare = (project: Project) => edit(project, many);
  // The first writes are those of the copies with files of their own, as above.
  const kills = [['writeSync', 33] as const, ['writeFileSync', 1] as const, ['renameSync', 1] as const].map(([method, first]) => {
    let count = first;
    while (killAndBuildAgain(prepare, target, method, count)) count++;
    return [method, count - first];
  });
  expect(kills).toEqual([
    ['writeSync', 1],
    // The index of the pack, the scan cache, the types and the manifest.
    ['writeFileSync', 4],
    ['renameSync', 4],
  ]);
});
