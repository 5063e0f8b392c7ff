import { renderToString } from 'react-dom/server.node';

// What the components see of React 18: nothing is hoisted, and react-dom has no resource hints.
jest.mock('../../../src/react/react-version', () => ({
  ...jest.requireActual<object>('../../../src/react/react-version'),
  hoistsResources: false,
}));
jest.mock('react-dom', () => ({ ...jest.requireActual<object>('react-dom'), preload: undefined, preloadModule: undefined }));

import { componentsOf, MANIFEST } from '../support/components';

const { CachedScript, CachedStyle } = componentsOf();

/** With an import map, and what preloads go with a file. */
const MAPPED = componentsOf({
  ...MANIFEST,
  importMap: { imports: { '/js/app.js': '/js/app.0123456789.js', '</script>': '/x' } },
  preloads: { '/css/site.css': ['/a.0123456789.woff2'], '/js/app.js': ['/js/app.0123456789.js', '/js/b.0123456789.js'] },
});

test('stylesheets have no precedence, which React 18 would print', () => {
  expect(renderToString(<CachedStyle href="/css/site.css" />)).toBe('<link rel="stylesheet" href="/css/site.0123456789.css"/>');
  expect(renderToString(<CachedStyle href="/css/site.css" precedence="high" />)).toBe(
    '<link rel="stylesheet" href="/css/site.0123456789.css"/>',
  );
});

test('a preload is left out, and the tag is there', () => {
  expect(renderToString(<CachedStyle href="/css/site.css" preload />)).toBe('<link rel="stylesheet" href="/css/site.0123456789.css"/>');
  expect(renderToString(<CachedScript src="/js/app.js" preload defer />)).toBe('<script defer="" src="/js/app.0123456789.js"></script>');
  expect(renderToString(<CachedScript src="/js/app.js" preload defer type="module" />)).toContain('type="module"');
});

test.each([
  ['18.2.0', false],
  ['18.3.1', false],
  ['19.0.0', true],
  ['19.3.0-canary-1234abcd-20260101', true],
  ['20.0.0', true],
])('React %s hoists resources: %j', (version, hoists) => {
  jest.isolateModules(() => {
    jest.doMock('react', () => ({ version }));
    const { hoistsResources } = jest.requireActual<typeof import('../../../src/react/react-version')>('../../../src/react/react-version');
    expect(hoistsResources).toBe(hoists);
  });
});

test('the import map is not escaped as a text would be', () => {
  expect(renderToString(<MAPPED.CachedImportMap />)).toBe(
    '<script type="importmap">{"imports":{"/js/app.js":"/js/app.0123456789.js","\\u003c/script>":"/x"}}</script>',
  );
});

test('preloads of fonts are left out; those of modules are tags of their own', () => {
  expect(renderToString(<MAPPED.CachedStyle href="/css/site.css" preload="fonts" />)).toBe(
    '<link rel="stylesheet" href="/css/site.0123456789.css"/>',
  );
  expect(renderToString(<MAPPED.CachedScript src="/js/app.js" type="module" preload="modules" />)).toBe(
    '<link rel="modulepreload" href="/js/app.0123456789.js" itemProp=""/>' +
      '<link rel="modulepreload" href="/js/b.0123456789.js" itemProp=""/>' +
      '<script type="module" src="/js/app.0123456789.js"></script>',
  );
});
