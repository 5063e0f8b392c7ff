// Usage: node scripts/check-changelog.mjs [BASE]
//
// Fails if src/ has changed since BASE and CHANGELOG.md has no new line. BASE
// is a branch or a commit; the default is the last release tag. A commit
// message with the trailer `Changelog: none` says that no user can notice.
import { execFileSync } from 'node:child_process';

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

const base = process.argv[2] ?? lastReleaseTag();
if (base === undefined) {
  console.error(
    'Note: there is no release tag yet, so CHANGELOG.md was not checked. To check against a branch, type: npm run check:changelog -- BRANCH',
  );
} else if (!hasEntry(git('merge-base', base, 'HEAD'))) {
  console.error(
    `Error: src/ has changed since ${base}, and CHANGELOG.md has no new line. Add one below the unreleased version. ` +
      'If no user can notice the change, end a commit message with the line "Changelog: none".',
  );
  process.exitCode = 1;
}

function lastReleaseTag() {
  try {
    return git('describe', '--tags', '--abbrev=0', '--match', 'v*');
  } catch {
    return undefined;
  }
}

/** Also counts what is not committed yet. */
function hasEntry(commit) {
  if (git('diff', '--name-only', commit, '--', 'src') === '') return true;
  if (/^[1-9]/.test(git('diff', '--numstat', commit, '--', 'CHANGELOG.md'))) return true;
  return git('log', '--format=%(trailers:key=Changelog,valueonly)', `${commit}..HEAD`)
    .split('\n')
    .some((value) => value.trim() === 'none');
}
