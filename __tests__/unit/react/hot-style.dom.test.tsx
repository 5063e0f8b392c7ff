import { act, render } from '@testing-library/react';
import { HotStyle, type HotStyleProps } from '../../../src/react/hot/hot-style';

afterEach(() => {
  document.head.innerHTML = '';
});

test('does not replace a preload of the same URL', () => {
  document.head.innerHTML = '<link rel="preload" as="style" href="/css/a.1.css">';
  const style = (version: string) => <HotStyle assetPath="/css/a.css" hash={version} href={`/css/a.${version}.css`} />;
  const { rerender } = render(style('1'));
  rerender(style('2'));
  const links = [...document.querySelectorAll('link')].map(({ rel, attributes }) => [rel, attributes.getNamedItem('href')?.value]);
  expect(links.sort()).toEqual([
    ['preload', '/css/a.1.css'],
    ['stylesheet', '/css/a.1.css'],
    ['stylesheet', '/css/a.2.css'],
  ]);
});

let sheets = 0;

/** A stylesheet that no other test has, of version 1; jsdom loads none, so the tests say when one has come. */
function setUp(given: Partial<HotStyleProps> = {}) {
  const name = `sheet-${sheets++}`;
  const style = (version: number, props: Partial<HotStyleProps>) => (
    <HotStyle assetPath={`/${name}.css`} hash={`${version}`} href={`/${name}.${version}.css`} {...given} {...props} />
  );
  const { rerender, unmount } = render(style(1, {}));
  const linkOf = (version: number) =>
    [...document.querySelectorAll('link')].find((link) => link.getAttribute('href') === `/${name}.${version}.css`) as HTMLLinkElement;
  return {
    linkOf,
    unmount,
    edit: (version: number, props: Partial<HotStyleProps> = {}) => rerender(style(version, props)),
    load: (link: HTMLLinkElement) => act(async () => void (await link.onload?.call(link, new Event('load')))),
    /** Versions in order, and the media of each. */
    shown: () => [...document.querySelectorAll('link')].map((link) => [Number(link.href.split('.').at(-2)), link.getAttribute('media')]),
  };
}

const HIDDEN = 'not all, not all';

test('inserts the new sheet before the old one, which stays until the new one has loaded', async () => {
  const { edit, load, linkOf, shown } = setUp();
  edit(2);
  expect(shown()).toEqual([
    [2, null],
    [1, null],
  ]);
  await load(linkOf(2));
  expect(shown()).toEqual([
    [2, null],
    [1, HIDDEN],
  ]);
  edit(3);
  await load(linkOf(3));
  expect(shown()).toEqual([
    [3, null],
    [1, HIDDEN],
  ]);
  expect(linkOf(3).nextSibling).toBe(linkOf(1));
});

test('replaces a sheet whose edit is undone, although its URL is the rendered one', async () => {
  const { edit, load, linkOf, shown } = setUp();
  edit(2);
  await load(linkOf(2));
  edit(1);
  const [undone] = document.querySelectorAll<HTMLLinkElement>('link[href*=".1."]');
  await load(undone as HTMLLinkElement);
  edit(3);
  await load(linkOf(3));
  expect(shown()).toEqual([
    [3, null],
    [1, HIDDEN],
  ]);
});

test('waits only for the newest of sheets that are saved in quick succession', async () => {
  const { edit, load, linkOf, shown } = setUp();
  edit(2);
  const second = linkOf(2);
  edit(3);
  const third = linkOf(3);
  edit(3);
  expect(linkOf(3)).toBe(third);
  expect(shown()).toEqual([
    [3, null],
    [1, null],
  ]);
  // The component ignores later events of this sheet.
  second.onerror?.call(second, new Event('error'));
  await load(second);
  expect(shown()).toEqual([
    [3, null],
    [1, null],
  ]);
  await load(linkOf(3));
  expect(shown()).toEqual([
    [3, null],
    [1, HIDDEN],
  ]);
});

test('removes a sheet that cannot be loaded, keeps the old one, and tries the next edit', async () => {
  const { edit, load, linkOf, shown } = setUp();
  edit(2);
  linkOf(2).onerror?.call(linkOf(2), new Event('error'));
  expect(shown()).toEqual([[1, null]]);
  edit(1);
  expect(shown()).toEqual([[1, null]]);
  edit(2);
  await load(linkOf(2));
  expect(shown()).toEqual([
    [2, null],
    [1, HIDDEN],
  ]);
});

test('keeps the media of the author, also after a change', async () => {
  const { edit, load, linkOf, shown } = setUp({ media: 'print' });
  edit(2);
  await load(linkOf(2));
  expect(shown()).toEqual([
    [2, 'print'],
    [1, HIDDEN],
  ]);
  edit(2);
  edit(3);
  // Behind the one that shows, it would count before the images of it are there.
  expect(shown()).toEqual([
    [3, 'print'],
    [2, 'print'],
    [1, HIDDEN],
  ]);
  await load(linkOf(3));
  edit(3, { media: 'screen' });
  expect(shown()).toEqual([
    [3, 'screen'],
    [1, HIDDEN],
  ]);
});

test('copies other attributes, except those by which React finds its own elements', async () => {
  const { edit, load, linkOf } = setUp({ title: 'one' });
  linkOf(1).setAttribute('data-precedence', 'default');
  edit(2, { title: 'one' });
  expect(linkOf(2).hasAttribute('data-precedence')).toBe(false);
  await load(linkOf(2));
  edit(2, { title: 'two' });
  expect(linkOf(2).title).toBe('two');
  edit(2, { title: undefined });
  expect(linkOf(2).hasAttribute('title')).toBe(false);
});

test('does not wait for a disabled sheet, which browsers do not load, and keeps its state', () => {
  const { edit, linkOf, shown } = setUp({ disabled: true });
  edit(2);
  expect(shown()).toEqual([
    [2, null],
    [1, HIDDEN],
  ]);
  expect(linkOf(2).disabled).toBe(true);
  edit(2, { disabled: false });
  expect(linkOf(2).disabled).toBe(false);
});

test('disables each link by itself, also if the same sheet is rendered twice', () => {
  const style = (version: number, isOff: boolean) => (
    <HotStyle assetPath="/twice.css" hash={`${version}`} href={`/twice.${version}.css`} disabled={isOff} />
  );
  const twice = (version: number) => (
    <>
      {style(version, false)}
      {style(version, true)}
    </>
  );
  const { rerender } = render(twice(1));
  rerender(twice(2));
  rerender(twice(2));
  expect([...document.querySelectorAll('link[href*="2.css"]')].map((link) => link.hasAttribute('disabled'))).toEqual([false, true]);
});

test('replaces a sheet at once that is rendered after an edit of a file that it loads, since the document may hold the old file', () => {
  expect(setUp({ reloads: { '/img/a.png': '123' } }).shown()).toEqual([
    [1, null],
    [1, null],
  ]);
});

test('does not replace a sheet of the first HTML for earlier edits', () => {
  document.head.innerHTML = '<link rel="stylesheet" href="/came.1.css">';
  render(<HotStyle assetPath="/came.css" hash="1" href="/came.1.css" reloads={{ '/img/a.png': '123' }} />);
  expect([...document.querySelectorAll('link')].map((link) => link.parentElement?.tagName)).toEqual(['HEAD', 'DIV']);
});

test('removes the replacement together with its sheet, loaded or not, and no other', async () => {
  const other = setUp();
  other.edit(2);
  await other.load(other.linkOf(2));
  const { edit, load, linkOf, unmount } = setUp();
  edit(2);
  await load(linkOf(2));
  edit(3);
  unmount();
  expect([1, 2, 3].map((version) => linkOf(version))).toEqual([undefined, undefined, undefined]);
  expect(other.linkOf(2)).toBeDefined();
});
