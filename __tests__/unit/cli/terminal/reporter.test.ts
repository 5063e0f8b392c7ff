import { createReporter, type Reporter } from '../../../../src/cli/terminal';
import { SmartCacheError } from '../../../../src/core/errors';

const PARTS = { what: 'It failed', where: '/a.js', why: 'so', fix: 'thus' };

/** The text of each kind of message. */
function say(hasColors: boolean, name = ''): Record<keyof Reporter, string> {
  let text = '';
  const reporter = createReporter({ terminal: { hasColors, isInteractive: true }, stderr: (written) => (text += written) });
  const said = (action: () => void) => {
    text = '';
    action();
    return text;
  };
  return {
    done: said(() => reporter.done(`done${name}`)),
    note: said(() => reporter.note(`note${name}`)),
    warn: said(() => reporter.warn({ ...PARTS, where: PARTS.where + name })),
    fail: said(() => reporter.fail(`fail${name}`, `more${name}`)),
    failAt: said(() => reporter.failAt(`app/page.tsx:1:2${name}`, `fail${name}`)),
    error: said(() => reporter.error(new SmartCacheError('ERR_SMART_CACHE_USAGE', { ...PARTS, why: PARTS.why + name }))),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for them.
const ESCAPES = /\u001b\[\d+m/g;

test('writes no escape codes without colours', () => {
  for (const [kind, text] of Object.entries(say(false))) expect([kind, text]).toEqual([kind, expect.not.stringContaining('\u001b')]);
});

test('writes the same text with colours, and another colour for each kind of line', () => {
  const [plain, coloured] = [say(false), say(true)];
  for (const kind of Object.keys(plain) as (keyof Reporter)[]) {
    expect(coloured[kind]).not.toBe(plain[kind]);
    expect(coloured[kind].replace(ESCAPES, '')).toBe(plain[kind]);
  }
  expect(new Set([coloured.done, coloured.note, coloured.warn, coloured.fail].map((text) => text.match(ESCAPES)?.[0])).size).toBe(4);
});

test('never lets a file name move the cursor, reverse text or begin a line', () => {
  const [said, plain] = [say(false, '\x1b[2J\x9b\x7f\r\u202e\u2066\u2028\nnext-smart-cache: all is well'), say(false)];
  for (const kind of Object.keys(said) as (keyof Reporter)[]) {
    expect(said[kind]).toContain('\\u{1b}[2J\\u{9b}\\u{7f}\\u{d}\\u{202e}\\u{2066}\\u{2028}\\u{a}next-smart-cache: all is well');
    expect(said[kind]).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028]/u);
    expect(said[kind].split('\n')).toHaveLength(plain[kind].split('\n').length);
  }
});
