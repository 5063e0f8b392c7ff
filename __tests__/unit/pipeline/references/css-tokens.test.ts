import fs from 'node:fs';
import path from 'node:path';
import * as peer from '@csstools/css-tokenizer';
import { CssTokens, type CssTokenType } from '../../../../src/pipeline/references/css-tokens';
import { brokenCss } from '../../../support/broken-css';
import { listFiles } from '../../../support/folders';
import fc from '../../../support/seeded-fast-check';
import { processorMs } from '../../support/processor-ms';

/** A line a token. */
function tokensOf(css: string): string {
  const found: string[] = [];
  const token = new CssTokens(css);
  while (token.next()) found.push(`${token.type} from ${token.start} to ${token.end}`);
  return found.join('\n');
}

/** The names of the other tokenizer's types. */
const PEER_TYPES: Record<string, CssTokenType> = {
  [peer.TokenType.AtKeyword]: 'at-keyword',
  [peer.TokenType.Function]: 'function',
  [peer.TokenType.URL]: 'url',
  [peer.TokenType.BadURL]: 'bad-url',
  [peer.TokenType.String]: 'string',
  [peer.TokenType.BadString]: 'bad-string',
  [peer.TokenType.Whitespace]: 'white-space',
  [peer.TokenType.Comment]: 'comment',
  [peer.TokenType.CDO]: 'html-comment-mark',
  [peer.TokenType.CDC]: 'html-comment-mark',
  [peer.TokenType.OpenParen]: '(',
  [peer.TokenType.CloseParen]: ')',
  [peer.TokenType.OpenSquare]: '[',
  [peer.TokenType.CloseSquare]: ']',
  [peer.TokenType.OpenCurly]: '{',
  [peer.TokenType.CloseCurly]: '}',
  [peer.TokenType.Semicolon]: ';',
};

function tokensOfPeer(css: string): string {
  // The last one is the end of the text.
  return peer
    .tokenize({ css })
    .slice(0, -1)
    .map(([type, , first, last]) => `${PEER_TYPES[type] ?? 'other'} from ${first} to ${last + 1}`)
    .join('\n');
}

test.each(['bootstrap', 'katex', '@fortawesome/fontawesome-free', 'leaflet'])(
  'reads the stylesheets of %s as another tokenizer does',
  (name) => {
    const folder = path.dirname(require.resolve(`${name}/package.json`));
    const sheets = listFiles(folder).filter((file) => file.endsWith('.css'));
    expect(sheets.length).toBeGreaterThan(0);
    for (const sheet of sheets) {
      const css = fs.readFileSync(path.join(folder, sheet), 'utf8');
      expect(tokensOf(css)).toBe(tokensOfPeer(css));
    }
  },
);

test('reads any text as another tokenizer does', () => {
  fc.assert(
    fc.property(brokenCss, (css) => {
      // The other one takes NUL for a control character, which section 3.3 has replaced by then.
      const text = css.replaceAll('\0', ' ');
      expect(tokensOf(text)).toBe(tokensOfPeer(text));
    }),
    { numRuns: 5_000 },
  );
});

test.each<[string, css: string, type: CssTokenType, value: string]>([
  ['a NUL in a URL', 'url(a\0b)', 'url', 'a\uFFFDb'],
  ['an escaped NUL', '"\\\0"', 'string', '\uFFFD'],
  ['a control character in a URL', 'url(a\u0001b)', 'bad-url', ''],
  ['a backslash at the end of a URL', 'url(a\\', 'url', 'a\uFFFD'],
  ['a backslash at the end of a string', '"a\\', 'string', 'a'],
  ['white space at the end of a URL', 'url(a ', 'url', 'a'],
  ['an escaped line separator', '"\\\u2028"', 'string', '\u2028'],
])('reads %s as the standard says', (_, css, type, value) => {
  const token = new CssTokens(css);
  expect(token.next()).toBe(true);
  expect([token.type, token.start, token.end]).toEqual([type, 0, css.length]);
  if (value !== '') expect(token.value).toBe(value);
});

test.each<[string, start: string, part: string]>([
  ['name', '', 'x'],
  ['name of NUL characters', '', '\0'],
  ['hash', '#', 'f'],
  ['at-keyword', '@', 'x'],
  ['dimension', '1', 'x'],
  ['number', '', '1'],
  ['URL', 'url(', 'x'],
  ['broken URL', 'url("" ', 'x'],
  ['string', '"', 'x'],
  ['comment', '/*', 'x'],
  ['row of escapes', '', '\\x'],
])('reads a %s of 4 MB', (_, start, part) => {
  const css = start + part.repeat(4_000_000 / part.length);
  expect(processorMs(() => expect(tokensOf(css)).toMatch(new RegExp(`to ${css.length}$`)))).toBeLessThan(20_000);
});
