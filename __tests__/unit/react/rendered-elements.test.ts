import { type FirstLoad, rememberFirst } from '../../../src/react/hot/rendered-elements';

test('remembers nothing on a server, which renders for all visitors', () => {
  const seen = new Map<string, FirstLoad>();
  expect(rememberFirst(seen, '/a.css', { url: '/a.1.css', hash: '1' })).toEqual({ url: '/a.1.css', hash: '1' });
  expect(rememberFirst(seen, '/a.css', { url: '/a.2.css', hash: '2' })).toEqual({ url: '/a.2.css', hash: '2' });
});
