const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** The suites that take minutes, the longest first. */
const LONGEST = [
  'set-ups',
  'matrix',
  'distributions',
  'hot-swap',
  'example-app',
  'cloudflare',
  'build',
  'app-headers',
  'guards',
  'client-size',
  'storm',
];
const SHORT_PROJECTS = ['unit', 'dom', 'package'];

/** Jest starts with the largest file when it has not run before. Then one worker would spend the last minutes on one long suite alone. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};

function rank({ path: file, context }) {
  const project = context.config.displayName.name;
  if (SHORT_PROJECTS.includes(project)) return LONGEST.length + 1;
  const index = LONGEST.findIndex((name) => path.basename(file) === `${name}.test.ts`);
  return index === -1 ? LONGEST.length : index;
}
