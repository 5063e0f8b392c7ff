import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../support/temporary-folder';

const FILE = path.resolve(__dirname, '../../../src/next/environment.ts');
const LOAD = `const exports = require('jiti').createJiti(${JSON.stringify(FILE)})(${JSON.stringify(FILE)})`;

/** Runs a script with `whenBuildSucceeds` in a process of its own. */
function run(script: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--eval', `${LOAD}; ${script}`], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const TASK = "exports.whenBuildSucceeds(() => console.log('done'));";

test.each([
  ['comes to its end', TASK, 0, 'done\n'],
  ['is ended with success', `${TASK} process.exit(0);`, 0, 'done\n'],
  ['is ended with another code', `${TASK} process.exit(3);`, 3, ''],
  ['has failed by then', `${TASK} process.exitCode = 1;`, 1, ''],
  ['fails at its very end', `process.on('exit', () => { process.exitCode = 1; }); ${TASK}`, 1, ''],
  ['throws', `${TASK} throw new Error('broken');`, 1, ''],
])('a process that %s', (_, script, status, stdout) => {
  expect(run(script)).toMatchObject({ status, stdout });
});

test('a task that throws is reported, and fails the build', () => {
  expect(run("exports.whenBuildSucceeds(() => { throw new Error('disk full'); });")).toEqual({
    status: 1,
    stdout: '',
    stderr: 'next-smart-cache: disk full\n',
  });
});

test('an error of this package is reported with its code', () => {
  const error = "Object.assign(new Error('broken'), { name: 'SmartCacheError', code: 'ERR_SMART_CACHE_UNGUARDED' })";
  expect(run(`exports.whenBuildSucceeds(() => { throw ${error}; });`)).toEqual({
    status: 1,
    stdout: '',
    stderr: '\nSmartCacheError (ERR_SMART_CACHE_UNGUARDED): broken\n',
  });
});

test('a task that decides about the build takes its BUILD_ID away when it throws, and only then', () => {
  for (const [task, isUsable] of [
    ["throw new Error('not guarded')", false],
    ['', true],
  ] as const) {
    const distDir = temporaryFolder();
    fs.writeFileSync(path.join(distDir, 'BUILD_ID'), 'x');
    run(`exports.whenBuildSucceeds(() => { ${task} }, ${JSON.stringify(distDir)});`);
    expect(fs.existsSync(path.join(distDir, 'BUILD_ID'))).toBe(isUsable);
  }
});
