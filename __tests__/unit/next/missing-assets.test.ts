import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { MissingAsset } from '../../../src/core/shared-globals';
import { createMissingAssetsError } from '../../../src/next/missing-assets';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const missing = (assetPath: string, component = 'asset()', ...nearest: string[]): MissingAsset => ({ path: assetPath, component, nearest });

test('lists all paths in one message: in order, each once, with all that asked for it', () => {
  const askedFor = [missing('/c.png'), missing('/b.js', '<CachedScript>', '/bb.js'), missing('/b.js', 'asset()', '/bb.js')];
  expect(createMissingAssetsError(askedFor).message.split('\n')).toEqual([
    '2 asset paths are not in public/: ',
    '  /b.js (did you mean "/bb.js"?)  asked for by <CachedScript> and asset()',
    '  /c.png  asked for by asset()',
    '  Why: the names are mistyped, or the files are not there',
    expect.stringMatching(/^ {2}Fix: correct the paths .*onMissing: 'warn'/),
    '  See: node_modules/next-smart-cache/docs/ERRORS.md#err_smart_cache_asset_missing',
  ]);
});

describe('a process that has built', () => {
  /** Runs a script in such a process, which has a temporary folder of its own. */
  function run(script: string) {
    const root = temporaryFolder();
    writeFiles(root, {
      '.next/BUILD_ID': 'x',
      '.next/cache/fetch-cache/other': '"/b.js"',
      'tmp/next-smart-cache-missing-killed.jsonl': JSON.stringify(missing('/of-another.js')),
    });
    const builder = path.resolve(__dirname, '../support/build-with-missing-assets.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [builder, script], {
      cwd: root,
      env: { ...process.env, TMPDIR: path.join(root, 'tmp') },
      encoding: 'utf8',
    });
    const [isStartable, isCached] = ['BUILD_ID', 'cache/fetch-cache/other'].map((name) => fs.existsSync(path.join(root, '.next', name)));
    return { status, stdout, stderr, isStartable, isCached, left: fs.readdirSync(path.join(root, 'tmp')) };
  }

  const RECORD = `record('${JSON.stringify(missing('/a.js'))}');`;
  const OTHERS = ['next-smart-cache-missing-killed.jsonl'];

  test('is left alone if it recorded nothing, and does not take the record of a killed build for its own', () => {
    expect(run('')).toEqual({ status: 0, stdout: '', stderr: '', isStartable: true, isCached: true, left: OTHERS });
  });

  test.each([
    ['comes to its end', RECORD, 1],
    ['is ended with success', `${RECORD} process.exit(0);`, 1],
    ['has failed for another reason', `${RECORD} process.exit(1);`, 1],
    ['was left half a line by a worker', `${RECORD} record('{"path":');`, 1],
  ])('fails, cannot be started and leaves Next no cached values when it %s', (_, script, status) => {
    const result = run(script);
    expect(result).toMatchObject({ status, stdout: '', isStartable: false, isCached: false, left: OTHERS });
    expect(result.stderr).toMatch(
      /^\nSmartCacheError \(ERR_SMART_CACHE_ASSET_MISSING\): 1 asset path is not in public\/:\n {2}\/a\.js {2}asked for/,
    );
  });

  test('shows its failure to exit handlers that wait for success', () => {
    const script = `process.once('exit', (code) => console.log(process.exitCode ?? code)); ${RECORD}`;
    expect(run(script).stdout).toBe('1\n');
  });
});
