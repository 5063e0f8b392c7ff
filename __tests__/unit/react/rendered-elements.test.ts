import { type FirstSeen, firstSeen } from '../../../src/react/hot/rendered-elements';

test('a server, which renders for everybody, remembers nothing', () => {
  const seen = new Map<string, FirstSeen>();
  expect(firstSeen(seen, '/a.css', { url: '/a.1.css', version: '1' })).toEqual({ url: '/a.1.css', version: '1' });
  expect(firstSeen(seen, '/a.css', { url: '/a.2.css', version: '2' })).toEqual({ url: '/a.2.css', version: '2' });
});
