import { createTalk, type Talk } from '../../../../src/cli/terminal/talk';
import { SmartCacheError } from '../../../../src/core/errors';

const PARTS = { what: 'It failed', where: '/a.js', why: 'so', fix: 'thus' };

/** Everything that can be said. */
function say(hasColors: boolean): Record<keyof Talk, string> {
  let text = '';
  const talk = createTalk({ terminal: { hasColors, isInteractive: true }, stderr: (written) => (text += written) });
  const said = (action: () => void) => {
    text = '';
    action();
    return text;
  };
  return {
    done: said(() => talk.done('done')),
    note: said(() => talk.note('note')),
    warn: said(() => talk.warn(PARTS)),
    fail: said(() => talk.fail('fail')),
    failAt: said(() => talk.failAt('app/page.tsx:1:2', 'fail')),
    error: said(() => talk.error(new SmartCacheError('ERR_SMART_CACHE_USAGE', PARTS))),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ESCAPES = /\u001b\[\d+m/g;

test('without colours there are no escape codes', () => {
  for (const [kind, text] of Object.entries(say(false))) expect([kind, text]).toEqual([kind, expect.not.stringContaining('\u001b')]);
});

test('with colours it is the same text, and each kind of line has its own', () => {
  const [plain, coloured] = [say(false), say(true)];
  for (const kind of Object.keys(plain) as (keyof Talk)[]) {
    expect(coloured[kind]).not.toBe(plain[kind]);
    expect(coloured[kind].replace(ESCAPES, '')).toBe(plain[kind]);
  }
  expect(new Set([coloured.done, coloured.note, coloured.warn, coloured.fail].map((text) => text.match(ESCAPES)?.[0])).size).toBe(4);
});
