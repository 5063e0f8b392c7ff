import { CLI_PHASE, modeOf } from '../../../src/next/environment';
import { enterNextProcess } from '../support/next-process';

test.each([
  ['phase-production-build', 'build'],
  ['phase-development-server', 'development'],
  ['phase-production-server', 'other'],
  ['phase-export', 'other'],
  ['phase-test', 'other'],
])('a phase that Next passes decides, whatever the process looks like: %s', (phase, mode) => {
  enterNextProcess({}, { argv: ['build'], env: { NODE_ENV: 'development' } });
  expect(modeOf(phase)).toBe(mode);
});

test.each([
  [['build'], 'production', 'build'],
  [['build', 'apps/web'], 'production', 'build'],
  [['--debug', 'build'], undefined, 'build'],
  [['dev'], 'development', 'development'],
  [[], 'development', 'development'],
  [['start'], 'production', 'other'],
  [['info'], undefined, 'other'],
])('without a phase, the command line and NODE_ENV decide: next %j, %p', (argv, NODE_ENV, mode) => {
  enterNextProcess({}, { argv, env: { NODE_ENV } });
  expect(modeOf(undefined)).toBe(mode);
});

test('recognises the dev server of Next 16 under any NODE_ENV', () => {
  enterNextProcess({}, { argv: [], env: { NODE_ENV: 'test', __NEXT_DEV_SERVER: '1' } });
  expect(modeOf(undefined)).toBe('development');
});

test('takes the phase of the command line for a build', () => {
  expect(modeOf(CLI_PHASE)).toBe('build');
});
