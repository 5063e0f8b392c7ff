import vm from 'node:vm';
import { describeProblem, SmartCacheError, systemErrorCode } from '../../../src/core/errors';

const PARTS = { what: 'A thing failed', where: '/app/public/a.js', why: 'it was not there', fix: 'put it there' };

test('has four parts in its message, which ends with the fix and the section of docs/ERRORS.md', () => {
  expect(new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', PARTS).message).toMatchInlineSnapshot(`
"A thing failed: /app/public/a.js
  Why: it was not there
  Fix: put it there
  See: node_modules/next-smart-cache/docs/ERRORS.md#err_smart_cache_file_unreadable"
`);
});

const HOSTILE = 'a\x1b[2J\u202e\nFix: b';
const SHOWN = 'a\\u{1b}[2J\\u{202e}\\u{a}Fix: b';

test('makes control characters visible in its message, and keeps the parts as they are', () => {
  const parts = { what: HOSTILE, where: HOSTILE, why: HOSTILE, fix: HOSTILE };
  const error = new SmartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', parts);
  expect(error.message).toContain(`${SHOWN}: ${SHOWN}\n  Why: ${SHOWN}\n  Fix: ${SHOWN}\n  See: `);
  expect(error.parts).toBe(parts);
  expect(describeProblem({ ...PARTS, where: 'a\nb\x1b', hasLines: true })).toContain('A thing failed: a\nb\\u{1b}\n  Why: ');
});

test('is an error with a name, a code, its parts and its cause', () => {
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
