import '@testing-library/jest-dom';
import { render } from '@testing-library/react';
import { createRef, StrictMode } from 'react';
import { renderToString } from 'react-dom/server.node';
import type { CachedScriptProps } from '../../../src/react/cached-script';
import type { CachedStyleProps } from '../../../src/react/cached-style';
import { componentsOf, INTEGRITY, MANIFEST } from '../support/components';

let said: jest.SpyInstance[];
beforeEach(() => {
  said = [jest.spyOn(console, 'error').mockImplementation(() => {}), jest.spyOn(console, 'warn').mockImplementation(() => {})];
});
afterEach(() => {
  const calls = said.flatMap((spy) => spy.mock.calls).filter(([message]) => !isAboutOrderedScripts(message));
  jest.restoreAllMocks();
  expect(calls).toEqual([]);
});

/** React says it of every script that is not async when it is rendered in the browser; the docs of CachedScript do too. */
const isAboutOrderedScripts = (message: unknown) => String(message).startsWith('Encountered a script tag while rendering React component');

const { asset, CachedScript, CachedStyle } = componentsOf();

let count = 0;
/** A path that no other test has: React remembers what it has hoisted for as long as the document lives. */
const own = (path: string) => `${path}?${count++}`;

function find(selector: string): HTMLElement {
  const elements = document.querySelectorAll<HTMLElement>(selector);
  expect([selector, elements.length]).toEqual([selector, 1]);
  return elements[0] as HTMLElement;
}
const findScript = (src: string) => find(`script[src="${asset(src)}"]`);
const findStyle = (href: string) => find(`link[rel=stylesheet][href="${asset(href)}"]`);
const findPreload = (path: string) => find(`link[rel$=preload][href="${asset(path)}"]`);

describe('an import map', () => {
  const IMPORT_MAP = { imports: { three: '/three.0123456789.js' } };
  const server = componentsOf({ ...MANIFEST, importMap: IMPORT_MAP });
  const browser = componentsOf({ ...MANIFEST, importMap: true });

  test('stays as the server rendered it, although the browser’s manifest lacks it', () => {
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = renderToString(<server.CachedImportMap nonce="abc" />);
    const script = container.firstElementChild;
    render(<browser.CachedImportMap nonce="abc" />, { container, hydrate: true });
    expect(container.firstElementChild).toBe(script);
    expect(script).toHaveAttribute('type', 'importmap');
    expect(JSON.parse(script?.textContent ?? '')).toEqual(IMPORT_MAP);
  });

  test('keeps a module in its place, on both halves', () => {
    const element = ({ CachedScript: Script }: typeof server) => <Script src="/js/app.js" type="module" />;
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = renderToString(element(server));
    render(element(browser), { container, hydrate: true });
    expect(container.innerHTML).toBe('<script type="module" src="/js/app.0123456789.js"></script>');
  });
});

describe('in the browser', () => {
  test('moves an async script to the head, once', () => {
    const src = own('/js/app.js');
    render(
      <StrictMode>
        <CachedScript src={src} />
        <CachedScript src={src} />
      </StrictMode>,
    );
    expect(findScript(src)).toHaveAttribute('async');
    expect(document.head).toContainElement(findScript(src));
  });

  test('moves a stylesheet to the head, once', () => {
    const href = own('/css/site.css');
    render(
      <StrictMode>
        <CachedStyle href={href} />
        <CachedStyle href={href} />
      </StrictMode>,
    );
    expect(document.head).toContainElement(findStyle(href));
  });

  test('keeps a script in its place whose order matters', () => {
    const src = own('/js/app.js');
    const { container } = render(<CachedScript src={src} defer />);
    expect(container).toContainElement(findScript(src));
    expect(findScript(src)).toHaveAttribute('defer');
  });

  test('passes every attribute to a script', () => {
    const src = own('/js/cdn.js');
    render(<CachedScript src={src} type="module" data-domain="example.com" className="c" />);
    const attributes = { type: 'module', 'data-domain': 'example.com', class: 'c', integrity: INTEGRITY, crossorigin: 'anonymous' };
    for (const [name, value] of Object.entries(attributes)) expect(findScript(src)).toHaveAttribute(name, value);
  });

  test('passes every attribute to a stylesheet', () => {
    const href = own('/css/cdn.css');
    render(<CachedStyle href={href} media="print" data-theme="dark" className="c" />);
    const attributes = { media: 'print', 'data-theme': 'dark', class: 'c', integrity: INTEGRITY, crossorigin: 'anonymous' };
    for (const [name, value] of Object.entries(attributes)) expect(findStyle(href)).toHaveAttribute(name, value);
  });

  test('sets the nonce in the browser', () => {
    const src = own('/js/app.js');
    render(<CachedScript src={src} nonce="abc" />);
    expect(findScript(src).nonce).toBe('abc');
  });

  test('passes the element to a ref', () => {
    const [src, href] = [own('/js/app.js'), own('/css/site.css')];
    const script = createRef<HTMLScriptElement>();
    const link = createRef<HTMLLinkElement>();
    render(
      <>
        <CachedScript src={src} ref={script} />
        <CachedStyle href={href} ref={link} />
      </>,
    );
    expect(script.current).toBe(findScript(src));
    expect(link.current).toBe(findStyle(href));
  });

  test('loads another script for another path', () => {
    const [before, after] = [own('/js/app.js'), own('/js/checked.js')];
    const { rerender, container } = render(<CachedScript src={before} defer />);
    rerender(<CachedScript src={after} defer />);
    expect(container.querySelectorAll('script')).toHaveLength(1);
    expect(findScript(after)).toBeInTheDocument();
  });
});

describe('a preload has the tag’s own attributes: otherwise the browser fetches the file twice', () => {
  const NAMES = ['integrity', 'crossorigin', 'fetchpriority', 'referrerpolicy', 'media'];
  /** An empty `crossorigin` means `anonymous`. */
  const attributesOf = (element: HTMLElement) =>
    Object.fromEntries(NAMES.map((name) => [name, element.getAttribute(name) || (element.hasAttribute(name) ? 'anonymous' : null)]));

  test.each<[string, Omit<CachedScriptProps, 'src'>, rel: string]>([
    ['a script', {}, 'preload'],
    ['with a priority', { fetchPriority: 'high' }, 'preload'],
    ['with credentials', { crossOrigin: 'use-credentials' }, 'preload'],
    ['with an integrity of its own', { integrity: 'sha256-own' }, 'preload'],
    ['with a referrer policy', { referrerPolicy: 'no-referrer' }, 'preload'],
    ['a module', { type: 'module' }, 'modulepreload'],
  ])('%s', (_, props, rel) => {
    for (const src of [own('/js/app.js'), own('/js/checked.js'), own('/js/cdn.js')]) {
      render(<CachedScript src={src} preload defer {...props} />);
      expect(findPreload(src)).toHaveAttribute('rel', rel);
      expect(attributesOf(findPreload(src))).toEqual(attributesOf(findScript(src)));
    }
  });

  test.each<[string, Omit<CachedStyleProps, 'href'>]>([
    ['a stylesheet', {}],
    ['with a priority', { fetchPriority: 'low' }],
    ['with credentials', { crossOrigin: 'use-credentials' }],
    ['with a referrer policy', { referrerPolicy: 'no-referrer' }],
    ['for print', { media: 'print' }],
  ])('%s', (_, props) => {
    for (const href of [own('/css/site.css'), own('/css/checked.css'), own('/css/cdn.css')]) {
      render(<CachedStyle href={href} preload {...props} />);
      expect(attributesOf(findPreload(href))).toEqual(attributesOf(findStyle(href)));
    }
  });
});

describe('hydration', () => {
  const page = (
    <main>
      <h1>Shop</h1>
      <CachedStyle href="/css/site.css?page" />
      <CachedStyle href="/css/cdn.css?page" precedence="high" media="screen" />
      <CachedScript src="/js/app.js?page" nonce="abc" />
      <CachedScript src="/js/cdn.js?page" type="module" data-domain="example.com" />
      <CachedScript src="/js/checked.js?page" defer />
      <CachedScript src="/js/app.js?page-ordered" async={false} />
      <CachedScript src="/js/app.js?page-late" strategy="lazyOnload" />
    </main>
  );

  test('causes no warning, and no second copy of an element', () => {
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = renderToString(page);
    const sources = () =>
      [...document.querySelectorAll('script[src*="?page"], link[rel=stylesheet][href*="?page"]')]
        .map((element) => element.outerHTML)
        .sort();
    const before = sources();
    const onRecoverableError = jest.fn();
    render(page, { container, hydrate: true, onRecoverableError });
    expect(onRecoverableError).not.toHaveBeenCalled();
    expect(sources()).toEqual(before);
    expect(before).toHaveLength(6);
  });

  test('causes no warning for an unknown path', () => {
    const { CachedScript: Lenient } = componentsOf({ ...MANIFEST, onMissing: 'warn' });
    const lenient = <Lenient src="/js/unknown-on-both-sides.js" defer />;
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = renderToString(lenient);
    const onRecoverableError = jest.fn();
    render(lenient, { container, hydrate: true, onRecoverableError });
    expect(onRecoverableError).not.toHaveBeenCalled();
    const [, warned] = said;
    expect(warned?.mock.calls).toHaveLength(1);
    warned?.mockClear();
  });
});

describe('an unknown path', () => {
  const original = { ...process.env };
  afterEach(() => {
    process.env = { ...original };
  });

  test('never throws in a browser, whatever phase a bundler has inlined', () => {
    Object.assign(process.env, { NEXT_PHASE: 'phase-production-build', NODE_ENV: 'development' });
    render(<CachedScript src="/js/unknown-in-browser.js" defer />);
    expect(find('script[src="/js/unknown-in-browser.js"]')).toBeInTheDocument();
    const [, warned] = said;
    expect(warned?.mock.calls).toEqual([[expect.stringContaining('/js/unknown-in-browser.js')]]);
    warned?.mockClear();
  });

  test('is silent in a browser in production', () => {
    Object.assign(process.env, { NODE_ENV: 'production' });
    expect(componentsOf().asset('/js/unknown-in-production.js')).toBe('/js/unknown-in-production.js');
  });
});
