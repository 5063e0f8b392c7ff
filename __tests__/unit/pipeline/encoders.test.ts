import { randomBytes } from 'node:crypto';
import { ENCODINGS } from '../../../src/core/content-types';
import { ENCODERS } from '../../../src/pipeline/encoded/encoders';

/** This Node may have no Zstandard. */
const available = ENCODINGS.filter((encoding) => encoding !== 'zstd' || process.versions.zstd !== undefined);

describe.each(available)('%s', (encoding) => {
  const { encode, decode, settings } = ENCODERS[encoding];
  const contents = ['', 'x', 'body { color: red; }\n'.repeat(5000), randomBytes(300_000)].map((content) => Buffer.from(content));

  test('decodes to what it encoded, for any size', () => {
    for (const content of contents) expect(decode(encode(content), content.length).equals(content)).toBe(true);
  });

  test('makes the same bytes each time', () => {
    for (const content of contents) expect(encode(content).equals(encode(content))).toBe(true);
  });

  test('refuses bytes that decode to more than the size of the file', () => {
    expect(() => decode(encode(Buffer.alloc(1000)), 999)).toThrow(/larger than/);
  });

  test('refuses bytes that are cut', () => {
    const encoded = encode(contents[2] as Buffer);
    expect(() => decode(encoded.subarray(0, -4), 105_000)).toThrow(/unexpected end|ZSTD|corrupt/i);
  });

  test('names its version in its settings', () => {
    expect(settings).toMatch(/^(?:brotli|zlib|zstd) \d+\.\d+.*, (?:quality|level) \d+$/);
  });
});
