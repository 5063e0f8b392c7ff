import { printable, printableJson } from '../../../../src/cli/terminal';

test('shows control characters instead of sending them to the terminal', () => {
  expect(printable('a\x1b\u202eb')).toBe('a\\u{1b}\\u{202e}b');
});

test('shortens a very long text in the middle', () => {
  const printed = printable(`begin ${'x'.repeat(1_000_000)} end`);
  expect(printed).toHaveLength(300);
  expect(printed).toMatch(/^begin x+…x+ end$/);
  expect(printable('x'.repeat(300))).toBe('x'.repeat(300));
});

test('prints the same JSON without characters that a terminal obeys', () => {
  const value = { text: 'a\x1b\x7f\x9b\u202e\n🙂' };
  const json = printableJson(value);
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toBe('{\n  "text": "a\\u001b\\u007f\\u009b\\u202e\\n🙂"\n}');
});
