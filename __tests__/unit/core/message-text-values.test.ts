import { describeValue } from '../../../src/core/message-text';

const circular: Record<string, unknown> = {};
circular.self = circular;

test.each<[string, unknown, string]>([
  ['a text', 'md5', '"md5"'],
  ['a number', 3, '3'],
  ['a big number', 3n, '3'],
  ['a truth', true, 'true'],
  ['null', null, 'null'],
  ['nothing', undefined, 'undefined'],
  ['a symbol', Symbol('x'), 'Symbol(x)'],
  ['a list', ['a', 1], '["a",1]'],
  ['an object', { a: 1 }, '{"a":1}'],
  ['an object that contains itself', circular, '[object Object]'],
  ['a function', () => 1, 'a function'],
  ['a promise', Promise.resolve(), 'a promise'],
])('describes %s', (_, value, description) => {
  expect(describeValue(value)).toBe(description);
});
