import fs from 'node:fs';
import path from 'node:path';
import smartCacheCssLoader from '../../../src/next/bundled-css';
import { temporaryFolder } from '../../support/temporary-folder';

const CSS = '.a { color: red }\n.b { background: url(/img/bg.png); color: blue }\n';
const HASHED = CSS.replace('bg.png', 'bg.0123456789.png');

/** Runs the loader, and returns its output and the files that it depends on. */
function load(content: string | Buffer, { map, meta }: { map?: object; meta?: object } = {}) {
  const moduleFile = path.join(temporaryFolder(), 'manifest.mjs');
  const manifest = { basePath: '', assets: { '/img/bg.png': '/img/bg.0123456789.png' } };
  fs.writeFileSync(moduleFile, `// generated\nexport const manifest = ${JSON.stringify(manifest)};\n`);
  const addDependency = jest.fn();
  const callback = jest.fn();
  const context = { getOptions: () => ({ moduleFile }), addDependency, callback };
  smartCacheCssLoader.call(context, content, map, meta);
  const [error, text, newMap, newMeta] = callback.mock.calls[0] ?? [];
  expect([error, callback.mock.calls.length]).toEqual([null, 1]);
  return { text, map: newMap, meta: newMeta, dependencies: addDependency.mock.calls.flat(), moduleFile };
}

test('a stylesheet that names a file of public/ gets hashed URLs, and depends on the manifest', () => {
  const { text, dependencies, moduleFile } = load(Buffer.from(CSS));
  expect(text).toBe(HASHED);
  expect(dependencies).toEqual([moduleFile]);
});

test('a URL that names nothing yet depends on the manifest too, since the file may come', () => {
  const css = 'a { b: url(/img/new.png) }';
  const { text, dependencies, moduleFile } = load(css);
  expect([text, dependencies]).toEqual([css, [moduleFile]]);
});

test('any other stylesheet passes with its map and its syntax tree, and depends on nothing', () => {
  const [content, map, meta] = [Buffer.from('a { b: c }'), { version: 3 }, { ast: {} }];
  const loaded = load(content, { map, meta });
  expect([loaded.text, loaded.map, loaded.meta, loaded.dependencies]).toEqual([content, map, meta, []]);
  expect([loaded.text === content, loaded.meta === meta]).toEqual([true, true]);
});

test('the syntax tree of the old text is not handed on with the new one', () => {
  expect(load(CSS, { meta: { ast: { type: 'postcss' }, exports: 1 } }).meta).toEqual({ ast: undefined, exports: 1 });
});

test('the source map of the loaders before stays, since every line does', () => {
  const map = { version: 3 };
  expect(load(CSS, { map }).map).toBe(map);
});

test('without a manifest, the stylesheet stays as it is', () => {
  const callback = jest.fn();
  const getOptions = () => ({ moduleFile: path.join(temporaryFolder(), 'none.mjs') });
  smartCacheCssLoader.call({ getOptions, addDependency: () => {}, callback }, CSS);
  expect(callback).toHaveBeenCalledWith(null, CSS, undefined, undefined);
});
