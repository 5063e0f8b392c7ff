import { isReadOnly, markAsWrapped, registeredOptions, whileReadingOnly } from '../../../src/next/environment';

test('returns the options, also from a copied config and in another copy of this module', () => {
  const wrapped = markAsWrapped({ reactStrictMode: true }, { keep: 7 });
  expect(registeredOptions(wrapped)).toEqual({ keep: 7 });
  expect(registeredOptions({ ...wrapped })).toEqual({ keep: 7 });
  jest.isolateModules(() => {
    const another: typeof import('../../../src/next/environment') = require('../../../src/next/environment');
    expect(another.registeredOptions).not.toBe(registeredOptions);
    expect(another.registeredOptions(wrapped)).toEqual({ keep: 7 });
  });
});

test('returns no options for an object without the mark', () => {
  expect(registeredOptions({})).toBeUndefined();
});

test('adds no key that Next would complain about', () => {
  expect(Object.keys(markAsWrapped({}, {}))).toEqual([]);
});

test('reading only lasts as long as the load, also when it fails', async () => {
  expect(isReadOnly()).toBe(false);
  expect(await whileReadingOnly(async () => isReadOnly())).toBe(true);
  expect(isReadOnly()).toBe(false);
  await expect(whileReadingOnly(() => Promise.reject(new Error('load')))).rejects.toThrow('load');
  expect(isReadOnly()).toBe(false);
});
