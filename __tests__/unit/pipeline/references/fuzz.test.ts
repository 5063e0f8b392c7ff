import { encodingOf, findReferences } from '../../../../src/pipeline/references/find-references';
import { rewriteBytes } from '../../../../src/pipeline/references/rewrite-references';
import { decodeText } from '../../../../src/pipeline/references/text-encoding';
import fc from '../../../support/seeded-fast-check';

/** Parts that mean something to a lexer, whole and cut. */
const PARTS: Record<string, readonly string[]> = {
  '/a.svg': [
    ...[
      '<svg>',
      '<svg xmlns:l="http://www.w3.org/1999/xlink">',
      '<s:svg xmlns:s="http://www.w3.org/2000/svg">',
      '</svg>',
      '<image ',
      '<a ',
    ],
    ...[
      '<img xmlns="http://www.w3.org/1999/xhtml" ',
      'srcset="',
      'src="',
      'href="',
      "l:href='",
      'xlink:href=',
      'fill="',
      "style='",
      'values="',
    ],
    ...[
      '<animate attributeName="href" ',
      "<set attributeName='fill' ",
      '<style>',
      '<style><![CDATA[',
      '</style>',
      'url(',
      'url("',
      '@import "',
    ],
    ...[
      '&amp;',
      '&gt;',
      '&#39;',
      '&#x110000;',
      '&#xd800;',
      '&quot;',
      '&x;',
      '&',
      '<',
      '>',
      '/>',
      '"',
      "'",
      '=',
      ')',
      ';',
      ',',
      '{',
      '}',
      '\\',
      '#',
    ],
    ...[
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?xml-stylesheet href="',
      '<?',
      '?>',
      '<!DOCTYPE svg [',
      '<!ENTITY x "',
      ']>',
      'a.png',
      '?q',
      '\r\n',
    ],
  ],
  '/a.js': [
    ...[
      "import '",
      'import("',
      'import(`',
      'import.meta',
      ', import.meta.url)',
      'new URL("',
      "export * from '",
      '//',
      '/*',
      '*/',
      '<!--',
      '-->',
    ],
    ...[
      '//# sourceMappingURL=',
      '`',
      '${',
      '}',
      '{',
      '(',
      ')',
      '"',
      "'",
      '\\',
      '\\u{',
      '\\ud800',
      '/',
      'a.js',
      './b.js',
      '?q',
      ';',
      '\n',
      '\u2028',
    ],
  ],
  '/a.webmanifest': [
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\ud800',
      '\\u0',
      'null',
      '1e999',
      '"icons":[',
      '"src":"',
      '{"src":"a.png"}',
      '"icons":[{"src":"',
    ],
    ...['"}]', '"shortcuts":[{', '"icons_localized":{"de":[', '"widgets":', '"__proto__":{', 'a.png', '?q', '\n'],
  ],
};

/** Encodes the text in each encoding that a file may have. A file must declare any encoding other than UTF-8. */
function anyBytes(parts: readonly string[]): fc.Arbitrary<Buffer> {
  const part = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...parts) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  );
  return fc
    .tuple(fc.array(part, { maxLength: 20 }), fc.constantFrom('utf8', 'utf8', 'utf8', 'utf16le', 'utf16be', 'latin1'))
    .map(([all, encoding]) => {
      const text = all.join('');
      if (encoding === 'latin1') return Buffer.from(`<?xml version="1.0" encoding="latin1"?>${text}`, 'latin1');
      if (encoding === 'utf8') return Buffer.from(text);
      const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
      return encoding === 'utf16le' ? bytes : bytes.swap16();
    });
}

function check(property: fc.IProperty<[Buffer]>): void {
  fc.assert(property, { numRuns: 30_000 });
}

/** Query and fragment, as a browser sees them. */
function suffixOf(url: string): string {
  const { search, hash } = new URL(url.replace(/^[^?#]*/, ''), 'http://site');
  return search + hash;
}

describe.each(Object.keys(PARTS))('%s', (assetPath) => {
  // A mention is never rewritten.
  const referencesOf = (content: Buffer) =>
    (findReferences(assetPath, content.length, () => content)?.references ?? []).filter(({ kind }) => kind !== 'mention');
  const contents = anyBytes(PARTS[assetPath] ?? []);

  test('never throws and never changes bytes outside references', () => {
    check(
      fc.property(contents, (content) => {
        const encoding = encodingOf(assetPath, content);
        const text = decodeText(content, encoding) ?? '';
        const references = referencesOf(content);
        // If the URL differs from the text that is written, no part of the text is kept.
        const edits = references.map((reference) => ({ reference: { ...reference, url: '' }, url: 'new' }));
        let expected = '';
        let copied = 0;
        for (const { start, end } of references) {
          expect([start >= copied, end >= start]).toEqual([true, true]);
          expected += `${text.slice(copied, start)}new`;
          copied = end;
        }
        expected += text.slice(copied);
        if (references.length > 0) expect(decodeText(rewriteBytes(content, edits, encoding), encoding)).toBe(expected);
      }),
    );
  });

  test('finds the new URLs with query and fragment in a rewritten file', () => {
    check(
      fc.property(contents, (content) => {
        const references = referencesOf(content);
        // A new URL may turn broken JavaScript into a script with HTML comments, which holds no reference.
        if (references.length === 0 || (assetPath === '/a.js' && /<!--|-->/.test(content.toString()))) return;
        const edits = references.map((reference) => ({ reference, url: "./it's(1).js" }));
        const urls = referencesOf(rewriteBytes(content, edits, encodingOf(assetPath, content))).map(({ url }) => url);
        expect(urls.map((url) => url.replace(/[?#].*/s, ''))).toEqual(references.map(() => "./it's(1).js"));
        expect(urls.map(suffixOf)).toEqual(references.map(({ url }) => suffixOf(url)));
      }),
    );
  });
});
