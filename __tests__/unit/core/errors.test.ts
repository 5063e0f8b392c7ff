import vm from 'node:vm';
import { SmartCacheError, systemErrorCode } from '../../../src/core/errors';

const PARTS = { what: 'A thing failed', where: '/app/public/a.js', why: 'it was not there', fix: 'put it there' };

test('the message has four parts and ends in what to do', () => {
  expect(new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', PARTS).message).toMatchInlineSnapshot(`
"A thing failed: /app/public/a.js
  Why: it was not there
  Fix: put it there"
`);
});

test('it is an error with a name, a code, its parts and its cause', () => {
  const cause = new Error('ENOENT');
  const error = new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', PARTS, { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'SmartCacheError', code: 'ERR_SMART_CACHE_FILE_UNREADABLE', parts: PARTS, cause });
});

test.each([
  [Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT'],
  [Object.assign(new Error(), { code: 42 }), undefined],
  [new Error(), undefined],
  [vm.runInNewContext("Object.assign(new Error('of another realm, as Node’s own are in Jest'), { code: 'EACCES' })"), 'EACCES'],
  [undefined, undefined],
])('the system code of %p is %p', (error, code) => {
  expect(systemErrorCode(error)).toBe(code);
});
