import { findReferences } from '../../../../src/pipeline/references/find-references';

const isModule = (text: string) => findReferences('/js/main.js', text.length, () => Buffer.from(text))?.isModule;

test.each([
  ['a static import', "import './a.js';"],
  ['an export', 'export {};'],
  ['import.meta', 'console.log(import.meta.url);'],
  ['await in front of import()', "const { start } = await import('./start.js');\nstart();"],
  ['await around import()', "await Promise.all([import('./a.js'), import('./b.js')]);"],
])('%s makes a module', (_, text) => {
  expect(isModule(text)).toBe(true);
});

test.each([
  ['import() alone', "import('./a.js').then(({ start }) => start());"],
  ['await in an async function', "(async () => { await import('./a.js'); })();"],
  ['await in a string', "import('./a.js').then(() => console.log('await'));"],
  ['await as a name', "var await = 1; import('./a.js');"],
])('%s does not: a classic script may say it too', (_, text) => {
  expect(isModule(text)).toBe(false);
});
