import { printable, printableJson } from '../../../../src/cli/terminal/printable';

test.each([
  ['text as it is', 'public, max-age=60 – “é” 🙂', 'public, max-age=60 – “é” 🙂'],
  ['C0 controls', 'a\x1b[2J\x07\r\nb', 'a\\u{1b}[2J\\u{7}\\u{d}\\u{a}b'],
  ['C1 controls and DEL', '\x9b2J\x7f', '\\u{9b}2J\\u{7f}'],
  ['bidirectional controls', 'a\u202eb\u2066c\u200fd', 'a\\u{202e}b\\u{2066}c\\u{200f}d'],
])('%s', (_, text, printed) => {
  expect(printable(text)).toBe(printed);
});

test('of a very long text, beginning and end', () => {
  const printed = printable(`begin ${'x'.repeat(1_000_000)} end`);
  expect(printed).toHaveLength(300);
  expect(printed).toMatch(/^begin x+…x+ end$/);
  expect(printable('x'.repeat(300))).toBe('x'.repeat(300));
});

test('JSON says the same, without a character that a terminal obeys', () => {
  const value = { text: 'a\x1b\x7f\x9b\u202e\n🙂' };
  const json = printableJson(value);
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toBe('{\n  "text": "a\\u001b\\u007f\\u009b\\u202e\\n🙂"\n}');
});
