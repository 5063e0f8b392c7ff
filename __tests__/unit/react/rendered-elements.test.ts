import { type FirstLoad, rememberFirst } from '../../../src/react/hot/rendered-elements';

test('a server, which renders for everybody, remembers nothing', () => {
  const seen = new Map<string, FirstLoad>();
  expect(rememberFirst(seen, '/a.css', { url: '/a.1.css', hash: '1' })).toEqual({ url: '/a.1.css', hash: '1' });
  expect(rememberFirst(seen, '/a.css', { url: '/a.2.css', hash: '2' })).toEqual({ url: '/a.2.css', hash: '2' });
});
