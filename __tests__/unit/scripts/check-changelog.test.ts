import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const SCRIPT = path.resolve('scripts/check-changelog.mjs');

/** A repository with one commit on `main`, and a branch that is checked out. */
function repository() {
  const folder = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder, stdio: 'pipe' });
  const commit = (files: Readonly<Record<string, string>>, message = 'Change') => {
    writeFiles(folder, files);
    git('add', '.');
    git('commit', '-q', '-m', message);
  };
  git('init', '-q', '-b', 'main');
  commit({ 'src/a.ts': '1', 'CHANGELOG.md': '# Changelog\n- old\n', 'README.md': '1' });
  git('checkout', '-q', '-b', 'branch');
  const check = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: 'utf8' });
    return { status, stderr };
  };
  return { folder, git, commit, check };
}

const PASSED = { status: 0, stderr: '' };
const FAILED = { status: 1, stderr: expect.stringContaining('src/ has changed since main, and CHANGELOG.md has no new line') };

test('fails if src/ has changed and the changelog has not', () => {
  const { commit, check } = repository();
  commit({ 'src/a.ts': '2' });
  expect(check('main')).toEqual(FAILED);
});

test('fails if the changelog has only lost lines', () => {
  const { commit, check } = repository();
  commit({ 'src/a.ts': '2', 'CHANGELOG.md': '# Changelog\n' });
  expect(check('main')).toEqual(FAILED);
});

test('passes if the changelog has a new line, committed or not', () => {
  const { folder, commit, check } = repository();
  commit({ 'src/a.ts': '2' });
  writeFiles(folder, { 'CHANGELOG.md': '# Changelog\n- new\n- old\n' });
  expect(check('main')).toEqual(PASSED);
  commit({});
  expect(check('main')).toEqual(PASSED);
});

test('passes if nothing in src/ has changed', () => {
  const { commit, check } = repository();
  commit({ 'README.md': '2' });
  expect(check('main')).toEqual(PASSED);
});

test('passes if a commit says that it needs no entry', () => {
  const { commit, check } = repository();
  commit({ 'src/a.ts': '2' }, 'Rename a variable\n\nChangelog: none');
  expect(check('main')).toEqual(PASSED);
});

test('ignores what main has got since the branch began', () => {
  const { git, commit, check } = repository();
  git('checkout', '-q', 'main');
  commit({ 'src/b.ts': '1' });
  git('checkout', '-q', 'branch');
  expect(check('main')).toEqual(PASSED);
});

test('takes the last release tag as the base, and says so if there is none', () => {
  const { git, commit, check } = repository();
  commit({ 'src/a.ts': '2' });
  expect(check()).toEqual({ status: 0, stderr: expect.stringMatching(/^Note: there is no release tag yet/) });
  git('tag', 'v1.0.0', 'main');
  expect(check()).toEqual({ status: 1, stderr: expect.stringContaining('src/ has changed since v1.0.0') });
});
