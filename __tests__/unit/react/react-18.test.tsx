import { renderToString } from 'react-dom/server.node';

// Imitates React 18, which hoists no element and has no resource hints.
jest.mock('../../../src/react/react-version', () => ({
  ...jest.requireActual<object>('../../../src/react/react-version'),
  hoistsResources: false,
}));
jest.mock('react-dom', () => ({ ...jest.requireActual<object>('react-dom'), preload: undefined, preloadModule: undefined }));

import { componentsOf, MANIFEST } from '../support/components';

const { CachedScript, CachedStyle } = componentsOf();

/** This manifest has an import map and preloads. */
const MAPPED = componentsOf({
  ...MANIFEST,
  importMap: { imports: { '/js/app.js': '/js/app.0123456789.js', '</script>': '/x' } },
  preloads: { '/css/site.css': ['/a.0123456789.woff2'], '/js/app.js': ['/js/app.0123456789.js', '/js/b.0123456789.js'] },
});

test('renders stylesheets without precedence, which React 18 would print', () => {
  expect(renderToString(<CachedStyle href="/css/site.css" />)).toBe('<link rel="stylesheet" href="/css/site.0123456789.css"/>');
  expect(renderToString(<CachedStyle href="/css/site.css" precedence="high" />)).toBe(
    '<link rel="stylesheet" href="/css/site.0123456789.css"/>',
  );
});

test('renders the tag without a preload', () => {
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
])('knows whether React %s hoists resources: %j', (version, hoists) => {
  jest.isolateModules(() => {
    jest.doMock('react', () => ({ version }));
    const { hoistsResources } = jest.requireActual<typeof import('../../../src/react/react-version')>('../../../src/react/react-version');
    expect(hoistsResources).toBe(hoists);
  });
});

test('does not escape the import map like text', () => {
  expect(renderToString(<MAPPED.CachedImportMap />)).toBe(
    '<script type="importmap">{"imports":{"/js/app.js":"/js/app.0123456789.js","\\u003c/script>":"/x"}}</script>',
  );
});

test('leaves preloads of fonts out, and renders those of modules as tags', () => {
  expect(renderToString(<MAPPED.CachedStyle href="/css/site.css" preload="fonts" />)).toBe(
    '<link rel="stylesheet" href="/css/site.0123456789.css"/>',
  );
  expect(renderToString(<MAPPED.CachedScript src="/js/app.js" type="module" preload="modules" />)).toBe(
    '<link rel="modulepreload" href="/js/app.0123456789.js" itemProp=""/>' +
      '<link rel="modulepreload" href="/js/b.0123456789.js" itemProp=""/>' +
      '<script type="module" src="/js/app.0123456789.js"></script>',
  );
});
