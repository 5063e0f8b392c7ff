import type { ReactElement } from 'react';
import { renderToReadableStream, renderToString } from 'react-dom/server.node';
import { componentsOf, INTEGRITY, MANIFEST } from '../support/components';
import { enterNextProcess } from '../support/next-process';
import { smartCacheError } from '../support/smart-cache-error';

let failed: jest.SpyInstance;
let warned: jest.SpyInstance;
beforeEach(() => {
  failed = jest.spyOn(console, 'error').mockImplementation(() => {});
  warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  const failures = failed.mock.calls;
  jest.restoreAllMocks();
  expect(failures).toEqual([]);
});

const { CachedScript, CachedStyle } = componentsOf();
const CDN = 'https://cdn.example.com';

/** Renders as a server does, and checks that one pass and a stream give the same HTML. */
async function html(element: ReactElement): Promise<string> {
  const text = renderToString(element);
  expect(await new Response(await renderToReadableStream(element)).text()).toBe(text);
  return text;
}

describe('<CachedScript>', () => {
  test.each<[string, ReactElement, string]>([
    ['is async', <CachedScript key="" src="/js/app.js" />, '<script src="/js/app.0123456789.js" async=""></script>'],
    [
      'is async on another origin',
      <CachedScript key="" src="https://example.com/a.js" />,
      '<script src="https://example.com/a.js" async=""></script>',
    ],
    ['with defer is not', <CachedScript key="" src="/js/app.js" defer />, '<script defer="" src="/js/app.0123456789.js"></script>'],
    [
      'with defer={false} is',
      <CachedScript key="" src="/js/app.js" defer={false} />,
      '<script src="/js/app.0123456789.js" async=""></script>',
    ],
    ['with async={false} is not', <CachedScript key="" src="/js/app.js" async={false} />, '<script src="/js/app.0123456789.js"></script>'],
    [
      'with async and defer has both',
      <CachedScript key="" src="/js/app.js" async defer />,
      '<script async="" defer="" src="/js/app.0123456789.js"></script>',
    ],
    [
      'keeps query and fragment',
      <CachedScript key="" src="/js/app.js?v=1#x" />,
      '<script src="/js/app.0123456789.js?v=1#x" async=""></script>',
    ],
    [
      'keeps what is external',
      <CachedScript key="" src="data:text/javascript,1" />,
      '<script src="data:text/javascript,1" async=""></script>',
    ],
    [
      'passes every prop on',
      <CachedScript
        key=""
        src="/js/app.js"
        type="module"
        id="app"
        className="c"
        nonce="abc"
        data-domain="example.com"
        fetchPriority="high"
        referrerPolicy="no-referrer"
        noModule={false}
        async={false}
      />,
      '<script type="module" id="app" class="c" nonce="abc" data-domain="example.com" fetchPriority="high" referrerPolicy="no-referrer" src="/js/app.0123456789.js"></script>',
    ],
  ])('%s', async (_, element, expected) => {
    expect(await html(element)).toBe(expected);
  });
});

describe('<CachedStyle>', () => {
  test.each<[string, ReactElement, string]>([
    [
      'is a stylesheet that React hoists',
      <CachedStyle key="" href="/css/site.css" />,
      '<link rel="stylesheet" href="/css/site.0123456789.css" data-precedence="default"/>',
    ],
    [
      'takes a precedence',
      <CachedStyle key="" href="/css/site.css" precedence="high" />,
      '<link rel="stylesheet" href="/css/site.0123456789.css" data-precedence="high"/>',
    ],
    [
      'keeps the query',
      <CachedStyle key="" href="/css/site.css?v=1" />,
      '<link rel="stylesheet" href="/css/site.0123456789.css?v=1" data-precedence="default"/>',
    ],
    [
      'keeps what is external',
      <CachedStyle key="" href="https://example.com/a.css" />,
      '<link rel="stylesheet" href="https://example.com/a.css" data-precedence="default"/>',
    ],
    [
      'passes every prop on',
      <CachedStyle key="" href="/css/site.css" media="print" nonce="abc" id="site" title="Site" data-theme="dark" />,
      '<link media="print" nonce="abc" id="site" title="Site" data-theme="dark" rel="stylesheet" href="/css/site.0123456789.css" data-precedence="default"/>',
    ],
  ])('%s', async (_, element, expected) => {
    expect(await html(element)).toBe(expected);
  });

  test('is rendered once, however often it is written', async () => {
    const page = (
      <div>
        <CachedStyle href="/css/site.css" />
        <CachedStyle href="/css/site.css" />
        <CachedScript src="/js/app.js" />
        <CachedScript src="/js/app.js" />
      </div>
    );
    expect((await html(page)).match(/0123456789/g)).toHaveLength(2);
  });
});

describe('integrity and crossorigin', () => {
  const attribute = (text: string, name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(text)?.[1]?.replaceAll('&#x27;', "'");

  test.each<[string, script: string, style: string, integrity: string | undefined, crossOrigin: string | undefined]>([
    ['a plain entry', '/js/app.js', '/css/site.css', undefined, undefined],
    ['a checked entry on one’s own origin', '/js/checked.js', '/css/checked.css', INTEGRITY, undefined],
    ['a checked entry on another origin', '/js/cdn.js', '/css/cdn.css', INTEGRITY, 'anonymous'],
    ['a URL of another site, which may not allow CORS', 'https://example.com/a.js', 'https://example.com/a.css', undefined, undefined],
  ])('%s', async (_, src, href, integrity, crossOrigin) => {
    for (const text of [await html(<CachedScript src={src} />), await html(<CachedStyle href={href} />)]) {
      expect({ integrity: attribute(text, 'integrity'), crossOrigin: attribute(text, 'crossorigin') }).toEqual({ integrity, crossOrigin });
    }
  });

  test('prefers the values of the author', async () => {
    const own = { integrity: 'sha256-own', crossOrigin: 'use-credentials' } as const;
    for (const text of [await html(<CachedScript src="/js/cdn.js" {...own} />), await html(<CachedStyle href="/css/cdn.css" {...own} />)]) {
      expect({ integrity: attribute(text, 'integrity'), crossOrigin: attribute(text, 'crossorigin') }).toEqual(own);
    }
  });

  test('sets CORS for the author’s own integrity on another origin', async () => {
    expect(attribute(await html(<CachedScript src="https://example.com/a.js" integrity="sha256-own" />), 'crossorigin')).toBe('anonymous');
  });
});

describe('preload', () => {
  /** The attributes of a tag, by lower-case name; an empty `crossorigin` means `anonymous`. */
  const attributesOf = (tag: string) =>
    Object.fromEntries(
      [...tag.replace('crossorigin=""', 'crossorigin="anonymous"').matchAll(/([\w-]+)="([^"]*)"/gi)].map(([, name, value]) => [
        String(name).toLowerCase(),
        value,
      ]),
    );
  const tags = (text: string) => (text.match(/<(?:link|script)[^>]*>/g) ?? []).map(attributesOf);

  test.each<[string, ReactElement, object]>([
    ['a script', <CachedScript key="" src="/js/app.js" defer preload />, { rel: 'preload', as: 'script', href: '/js/app.0123456789.js' }],
    [
      'a checked script of another origin',
      <CachedScript key="" src="/js/cdn.js" defer preload nonce="abc" fetchPriority="high" />,
      {
        rel: 'preload',
        as: 'script',
        href: `${CDN}/js/cdn.0123456789.js`,
        integrity: INTEGRITY,
        crossorigin: 'anonymous',
        nonce: 'abc',
        fetchpriority: 'high',
      },
    ],
    [
      'a module',
      <CachedScript key="" src="/js/cdn.js" type="module" async={false} preload nonce="abc" />,
      { rel: 'modulepreload', href: `${CDN}/js/cdn.0123456789.js`, integrity: INTEGRITY, crossorigin: 'anonymous', nonce: 'abc' },
    ],
  ])('has the attributes of the tag of %s', async (_, element, expected) => {
    const [preload] = tags(await html(element));
    expect(preload).toEqual(expected);
  });

  test('is not sent unless asked for', async () => {
    expect(await html(<CachedScript src="/js/app.js" defer />)).not.toContain('preload');
    expect(await html(<CachedStyle href="/css/site.css" />)).not.toContain('preload');
  });
});

describe('an import map', () => {
  const IMPORT_MAP = {
    imports: { '/js/app.js': '/js/app.0123456789.js', three: '/three.0123456789.js' },
    integrity: { '/js/app.0123456789.js': INTEGRITY },
  };
  const mapped = componentsOf({
    ...MANIFEST,
    importMap: IMPORT_MAP,
    preloads: {
      '/js/app.js': [['/js/app.0123456789.js', INTEGRITY], '/js/b.0123456789.js'],
      '/js/cdn.js': [
        [`${CDN}/js/cdn.0123456789.js`, INTEGRITY],
        [`${CDN}/js/b.0123456789.js`, INTEGRITY],
      ],
    },
  });

  test('is rendered whole on the server, with every prop', async () => {
    expect(await html(<mapped.CachedImportMap nonce="abc" id="map" data-x="1" />)).toBe(
      `<script nonce="abc" id="map" data-x="1" type="importmap">${JSON.stringify(IMPORT_MAP)}</script>`,
    );
  });

  test('cannot end its own tag', () => {
    const { CachedImportMap } = componentsOf({ ...MANIFEST, importMap: { imports: { '</script><script>alert(1)//': '<!--' } } });
    const rendered = renderToString(<CachedImportMap />);
    expect(rendered.match(/</g)).toHaveLength(2);
    expect(JSON.parse(rendered.replace(/^<[^>]*>|<\/script>$/g, ''))).toEqual({ imports: { '</script><script>alert(1)//': '<!--' } });
  });

  test('renders nothing and warns once if no source mentions it', async () => {
    const { CachedImportMap } = componentsOf();
    expect(await html(<CachedImportMap />)).toBe('');
    expect(warned.mock.calls).toEqual([[expect.stringContaining('<CachedImportMap> rendered nothing')]]);
  });

  test('precedes modules, which stay in their place', async () => {
    expect(await html(<mapped.CachedScript src="/js/app.js" type="module" />)).toBe(
      '<script type="module" src="/js/app.0123456789.js"></script>',
    );
    expect(await html(<mapped.CachedScript src="/js/app.js" type="module" async />)).toBe(
      '<script type="module" async="" src="/js/app.0123456789.js"></script>',
    );
    expect(await html(<mapped.CachedScript src="/js/app.js" />)).toBe('<script src="/js/app.0123456789.js" async=""></script>');
  });

  test('precedes preloads of modules, which have its integrity', async () => {
    expect(await html(<mapped.CachedScript src="/js/app.js" type="module" preload="modules" nonce="abc" />)).toBe(
      `<link rel="modulepreload" href="/js/app.0123456789.js" integrity="${INTEGRITY}" nonce="abc" itemProp=""/>` +
        '<link rel="modulepreload" href="/js/b.0123456789.js" nonce="abc" itemProp=""/>' +
        '<script type="module" nonce="abc" src="/js/app.0123456789.js"></script>',
    );
  });

  test('gives preloads the credentials of the tag', async () => {
    expect(
      (await html(<mapped.CachedScript src="/js/cdn.js" type="module" preload="modules" />)).match(/crossorigin="anonymous"/gi),
    ).toHaveLength(3);
    const own = await html(<mapped.CachedScript src="/js/cdn.js" type="module" preload="modules" crossOrigin="use-credentials" />);
    expect(own.match(/crossorigin="use-credentials"/gi)).toHaveLength(3);
  });

  test('renders one tag for a preload of the module alone', async () => {
    expect((await html(<mapped.CachedScript src="/js/app.js" type="module" preload />)).match(/modulepreload/g)).toHaveLength(1);
  });
});

describe('preloads of the files that a file loads', () => {
  const { CachedScript: Script, CachedStyle: Style } = componentsOf({
    ...MANIFEST,
    preloads: {
      '/css/site.css': ['/a.0123456789.woff2', `${CDN}/b.0123456789.woff?x`, '/c.0123456789.unknown'],
      '/css/checked.css': ['/a.0123456789.woff2'],
      '/js/app.js': ['/js/app.0123456789.js', ['/js/b.0123456789.js', INTEGRITY]],
    },
  });
  const links = (text: string) => (text.match(/<link[^>]*>/g) ?? []).filter((tag) => tag.includes('preload'));

  test('have CORS, type and the request attributes of the tag for fonts', async () => {
    expect(links(await html(<Style href="/css/site.css" preload="fonts" nonce="abc" media="screen" />))).toEqual([
      '<link rel="preload" href="/a.0123456789.woff2" as="font" crossorigin="" nonce="abc" type="font/woff2" media="screen"/>',
      expect.stringContaining('type="font/woff"'),
      expect.not.stringContaining('type='),
    ]);
  });

  test('include each font once, however many sheets name it, and not the sheet', async () => {
    const page = (
      <div>
        <Style href="/css/site.css" preload="fonts" />
        <Style href="/css/checked.css" preload="fonts" />
      </div>
    );
    const rendered = links(await html(page));
    expect(rendered).toHaveLength(3);
    expect(rendered.every((tag) => tag.includes('as="font"'))).toBe(true);
  });

  test('have the integrity of each module', async () => {
    // React leaves out the preload of a tag that it hoists.
    const rendered = links(await html(<Script src="/js/app.js" type="module" preload="modules" async={false} />));
    expect(rendered.map((tag) => [/href="([^"]*)"/.exec(tag)?.[1], tag.includes('modulepreload'), tag.includes(INTEGRITY)])).toEqual([
      ['/js/app.0123456789.js', true, false],
      ['/js/b.0123456789.js', true, true],
    ]);
  });

  test.each<[string, ReactElement]>([
    ['a sheet without fonts', <Style key="" href="/css/cdn.css" preload="fonts" />],
    ['a sheet that does not ask for them', <Style key="" href="/css/site.css" />],
    ['a stylesheet of another site', <Style key="" href="https://example.com/a.css" preload="fonts" />],
  ])('are left out for %s', async (_, element) => {
    expect(links(await html(element))).toEqual([]);
  });

  test('include a script that is not a module', async () => {
    expect(links(await html(<Script src="/js/app.js" preload="modules" defer />))).toEqual([expect.stringContaining('as="script"')]);
  });
});

describe('strategy', () => {
  test('passes all props to next/script', async () => {
    const NextScript = jest.fn((_props: object) => <b>next/script</b>);
    const { CachedScript: WithNextScript } = componentsOf(MANIFEST, NextScript as never);
    const handlers = { onLoad: () => {}, onReady: () => {}, onError: () => {} };
    expect(renderToString(<WithNextScript src="/js/cdn.js?v=1" strategy="lazyOnload" id="x" nonce="abc" data-a="1" {...handlers} />)).toBe(
      '<b>next/script</b>',
    );
    expect(NextScript.mock.calls[0]?.[0]).toEqual({
      src: `${CDN}/js/cdn.0123456789.js?v=1`,
      strategy: 'lazyOnload',
      integrity: INTEGRITY,
      crossOrigin: 'anonymous',
      id: 'x',
      nonce: 'abc',
      'data-a': '1',
      ...handlers,
    });
  });

  test.each(['afterInteractive', 'lazyOnload', 'beforeInteractive', 'worker'] as const)(
    '%s: renders with the real next/script',
    (strategy) => {
      expect(() => renderToString(<CachedScript src="/js/app.js" strategy={strategy} />)).not.toThrow();
    },
  );

  test('does not use next/script without one', () => {
    const NextScript = jest.fn(() => null);
    const { CachedScript: WithNextScript } = componentsOf(MANIFEST, NextScript as never);
    renderToString(<WithNextScript src="/js/app.js" onReady={() => {}} />);
    expect(NextScript).not.toHaveBeenCalled();
  });

  test('renders a plain script and warns if no source mentions a strategy', async () => {
    const { CachedScript: WithoutNextScript } = componentsOf(MANIFEST, null);
    expect(renderToString(<WithoutNextScript src="/js/app.js" strategy="lazyOnload" />)).toBe(
      '<script src="/js/app.0123456789.js" async=""></script>',
    );
    expect(warned.mock.calls).toEqual([[expect.stringContaining('strategy="lazyOnload"')]]);
  });
});

describe('an unknown path', () => {
  test('stops next build', () => {
    enterNextProcess({}, { env: { NEXT_PHASE: 'phase-production-build' } });
    expect(() => renderToString(<CachedScript src="/js/unknown.js" />)).toThrow(smartCacheError('ERR_SMART_CACHE_ASSET_MISSING'));
    expect(() => renderToString(<CachedStyle href="/css/unknown.css" />)).toThrow(smartCacheError('ERR_SMART_CACHE_ASSET_MISSING'));
  });

  test('is rendered unchanged in a running site', async () => {
    enterNextProcess({}, { env: { NEXT_PHASE: undefined } });
    expect(await html(<CachedScript src="/js/unknown-at-run-time.js?v=1" />)).toBe(
      '<script src="/js/unknown-at-run-time.js?v=1" async=""></script>',
    );
    expect(warned).toHaveBeenCalledTimes(1);
  });
});

test('names the components by their exports', () => {
  expect([CachedScript.displayName, CachedStyle.displayName]).toEqual(['CachedScript', 'CachedStyle']);
});

test.each(['../../../src/index', '../../../src/index.react-server'])('renders the original paths without an alias: %s', async (entry) => {
  const shipped = require(entry) as typeof import('../../../src/index');
  expect(await html(<shipped.CachedScript src="/js/app.js" />)).toBe('<script src="/js/app.js" async=""></script>');
  expect(await html(<shipped.CachedStyle href="/css/site.css" />)).toBe(
    '<link rel="stylesheet" href="/css/site.css" data-precedence="default"/>',
  );
  expect(warned).not.toHaveBeenCalled();
});

test.each([{ onLoad: () => {} }, { onError: () => {} }, { disabled: true }, { disabled: false }])(
  'a stylesheet with %p stays where it is: React heeds none of that in what it hoists',
  (props) => {
    expect(renderToString(<CachedStyle href="/css/site.css" {...props} />)).not.toContain('precedence');
  },
);
