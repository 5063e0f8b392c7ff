import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { serializeManifest } from '../../../src/core/manifest-document';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import type { Project } from '../../../src/pipeline/project';
import { openStore } from '../../../src/pipeline/store';
import { temporaryFolder } from '../../support/temporary-folder';
import { projectWith } from '../support/project';

/** Where the script keeps the compiled source, for its next run. */
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
  const { pathOf } = openStore(project.cacheDir);
  const hashOf = (file: string) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  return new Map([...contentHashes].map(([assetPath, contentHash]) => [assetPath, hashOf(pathOf(contentHash))]));
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
      for (let count = 1; ; count++) {
        const project = projectWith(BEFORE);
        prepare(project);
        const manifest = () => (fs.existsSync(project.manifestPath) ? fs.readFileSync(project.manifestPath, 'utf8') : undefined);
        const old = manifest();
        if (!buildAndKill(project, method, count)) break;
        kills++;
        expect([old, target]).toContain(manifest());
        const { contentHashes } = buildManifest(project);
        expect(manifest()).toBe(target);
        expect([method, count, hashesOfCopies(project, contentHashes)]).toEqual([method, count, contentHashes]);
      }
    }
    expect(kills).toBeGreaterThan(2);
  });
});
