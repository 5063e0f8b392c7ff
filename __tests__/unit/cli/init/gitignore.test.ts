import { addIgnoreLines } from '../../../../src/cli/init/gitignore';

test.each([
  ['', '# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n'],
  ['node_modules\n', 'node_modules\n\n# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n'],
  ['node_modules', 'node_modules\n\n# next-smart-cache\n.smart-cache/\nsmart-cache-env.d.ts\n'],
  ['/.smart-cache\r\n', '/.smart-cache\r\n\r\n# next-smart-cache\r\nsmart-cache-env.d.ts\r\n'],
])('adds the missing lines to a .gitignore, once: %j', (text, expected) => {
  expect(addIgnoreLines(text)).toBe(expected);
  expect(addIgnoreLines(expected)).toBe(expected);
});
