import { render } from '@testing-library/react';
import { HotStyle } from '../../../src/react/hot/hot-style';

test('a preload of the same URL is no stylesheet to be replaced', () => {
  document.head.innerHTML = '<link rel="preload" as="style" href="/css/a.1.css">';
  const style = (version: string) => <HotStyle assetPath="/css/a.css" version={version} href={`/css/a.${version}.css`} />;
  const { rerender } = render(style('1'));
  rerender(style('2'));
  const links = [...document.querySelectorAll('link')].map(({ rel, attributes }) => [rel, attributes.getNamedItem('href')?.value]);
  expect(links.sort()).toEqual([
    ['preload', '/css/a.1.css'],
    ['stylesheet', '/css/a.1.css'],
    ['stylesheet', '/css/a.2.css'],
  ]);
});
