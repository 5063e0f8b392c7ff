import { hasPostcssPlugin } from '../../../../src/pipeline/source/postcss-config';
import { temporaryFolder, writeFiles } from '../../../support/temporary-folder';

test.each([
  ['as text, if no parser can read it', 'plugins: [require("next-smart-cache/postcss")], = ;', true],
  ['in a template', 'module.exports = { plugins: [`next-smart-cache/postcss`] };', true],
  ['as a path', "module.exports = { plugins: [require.resolve('next-smart-cache/postcss')] };", true],
  ['not in a comment', "module.exports = { plugins: [] }; // 'next-smart-cache/postcss'", false],
])('a config in JavaScript names the plugin %s', async (_, text, isNamed) => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'postcss.config.cjs': text });
  expect(await hasPostcssPlugin(folder)).toBe(isNamed);
});
