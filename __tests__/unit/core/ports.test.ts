import { describePortProblem, localOrigin } from '../../../src/core/ports';

test.each(['0', '80', '3000', '65535'])('takes %s as a port', (text) => {
  expect(describePortProblem(text)).toBeUndefined();
});

test.each(['', ' ', '-1', '3000x', '3e3', '65536', '3000.5', '٣'])('refuses %j, which is not a port number', (text) => {
  expect(describePortProblem(text)).toBe('It must be a whole number from 0 to 65535.');
});

test.each(['6000', '22', '10080'])('refuses %s, which browsers do not open', (text) => {
  expect(describePortProblem(text)).toMatch(/^Browsers refuse/);
});

test.each([
  [undefined, 'http://localhost:80'],
  ['0.0.0.0', 'http://localhost:80'],
  ['::', 'http://[::1]:80'],
  ['fe80::1', 'http://[fe80::1]:80'],
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['example.local', 'http://example.local:80'],
])('names the origin of a server that listens on %s', (hostname, origin) => {
  expect(localOrigin(80, hostname)).toBe(origin);
});
