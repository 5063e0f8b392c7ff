import { render } from '@testing-library/react';
import type { ScriptProps } from 'next/script';

const given: ScriptProps[] = [];
jest.mock('next/script', () => ({
  __esModule: true,
  default: (props: ScriptProps) => {
    given.push(props);
    return null;
  },
}));

import { HotScript, type HotScriptProps } from '../../../src/react/hot/hot-script';

let said: jest.SpyInstance;
beforeEach(() => {
  document.body.innerHTML = '';
  given.length = 0;
  said = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

/** jsdom cannot, and says so. */
const reloads = () => said.mock.calls.filter(([error]) => /Not implemented: navigation/.test(String(error))).length;

let count = 0;
function setUp(props: Partial<HotScriptProps>) {
  const name = `script-${count++}`;
  const script = (version: number, more: Partial<HotScriptProps> = {}) => (
    <HotScript assetPath={`/${name}.js`} hash={`${version}`} src={`/${name}.${version}.js`} {...props} {...more} />
  );
  const view = render(script(1));
  return {
    edit: (version: number, more: Partial<HotScriptProps> = {}) => view.rerender(script(version, more)),
    mountAnew: (version: number) => {
      view.unmount();
      render(script(version));
    },
    scripts: () => [...document.querySelectorAll('script')].map((element) => Number(element.getAttribute('src')?.split('.').at(-2))),
  };
}

test('runs the newest version with data-hot, with the attributes of the author, in place of the last one', () => {
  const { edit, scripts } = setUp({ 'data-hot': true, title: 'one', nonce: 'abc' });
  // Browsers hide a nonce from other scripts (HTML Standard, section 2.5.6).
  const rendered = document.querySelector('script') as HTMLScriptElement;
  rendered.setAttribute('nonce', '');
  Object.defineProperty(rendered, 'nonce', { value: 'abc' });
  edit(2);
  edit(3);
  expect(scripts()).toEqual([1, 3]);
  expect(document.querySelector('script[src*=".3."]')).toMatchObject({ title: 'one', nonce: 'abc' });
  // An edit that is undone has the URL that was rendered.
  edit(1);
  edit(4);
  expect([scripts(), reloads()]).toEqual([[1, 4], 0]);
});

test('runs a module again under a new URL, and reloads the page after an edit that is undone', () => {
  const { edit, scripts } = setUp({ 'data-hot': true, type: 'module' });
  edit(2);
  expect([scripts(), reloads()]).toEqual([[1, 2], 0]);
  edit(1);
  expect([scripts(), reloads()]).toEqual([[1, 2], 1]);
});

test('reloads the page for a return to an earlier version, and for an edit of a module that the module imports', () => {
  const back = setUp({ 'data-hot': true, type: 'module' });
  for (const version of [2, 3, 2]) back.edit(version);
  expect(reloads()).toBe(1);
  const importing = setUp({ 'data-hot': true, type: 'module' });
  importing.edit(2, { loadState: '123' });
  expect([importing.scripts().at(-1), reloads()]).toEqual([1, 2]);
});

test.each([undefined, false, 'false'])('reloads the page once with data-hot={%p}', (value) => {
  const { edit, scripts, mountAnew } = setUp({ 'data-hot': value });
  edit(2);
  edit(2);
  mountAnew(2);
  expect([scripts(), reloads()]).toEqual([[1], 1]);
});

test('renders next/script if there is a strategy, with onReady if the author sets it', () => {
  const onReady = () => {};
  setUp({ strategy: 'lazyOnload', onReady, id: 'one' });
  setUp({ strategy: 'lazyOnload' });
  expect(given[0]).toMatchObject({ strategy: 'lazyOnload', onReady, id: 'one' });
  expect(given.at(-1)).not.toHaveProperty('onReady');
});
