import { visible, visibleLines } from '../../../src/core/message-text';

test.each([
  ['other text unchanged', 'public, max-age=60 – “é” 🙂 שלום', 'public, max-age=60 – “é” 🙂 שלום'],
  ['C0 controls', 'a\x1b[2J\x07\r\n\tb', 'a\\u{1b}[2J\\u{7}\\u{d}\\u{a}\\u{9}b'],
  ['C1 controls and DEL', '\x9b2J\x7f', '\\u{9b}2J\\u{7f}'],
  ['embeddings and overrides', '\u202a\u202b\u202c\u202d\u202e', '\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}'],
  ['isolates and marks', '\u2066\u2067\u2068\u2069\u200e\u200f', '\\u{2066}\\u{2067}\\u{2068}\\u{2069}\\u{200e}\\u{200f}'],
  ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
])('shows %s', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('makes each of several lines visible', () => {
  expect(visibleLines('a\x1b\nb\r\n')).toBe('a\\u{1b}\nb\\u{d}\n');
});
