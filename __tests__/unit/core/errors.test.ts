import vm from 'node:vm';
import { describeProblem, SmartCacheError, systemErrorCode } from '../../../src/core/errors';

const PARTS = { what: 'A thing failed', where: '/app/public/a.js', why: 'it was not there', fix: 'put it there' };

test('the message has four parts and ends in what to do', () => {
  expect(new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', PARTS).message).toMatchInlineSnapshot(`
"A thing failed: /app/public/a.js
  Why: it was not there
  Fix: put it there"
`);
});

const HOSTILE = 'a\x1b[2J\u202e\nFix: b';
const SHOWN = 'a\\u{1b}[2J\\u{202e}\\u{a}Fix: b';

test('no part of the message reaches a terminal as it is, and the parts stay what they are', () => {
  const parts = { what: HOSTILE, where: HOSTILE, why: HOSTILE, fix: HOSTILE };
  const error = new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', parts);
  expect(error.message).toBe(`${SHOWN}: ${SHOWN}\n  Why: ${SHOWN}\n  Fix: ${SHOWN}`);
  expect(error.parts).toBe(parts);
  expect(describeProblem({ ...PARTS, where: 'a\nb\x1b', hasLines: true })).toContain('A thing failed: a\nb\\u{1b}\n  Why: ');
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
