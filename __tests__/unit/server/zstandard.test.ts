import zlib from 'node:zlib';
import { resolveOptions } from '../../../src/core/options';
import { ENCODERS } from '../../../src/pipeline/encoded/encoders';
import { serveBuild, servedBuild } from '../support/served-build';

/** Node has Zstandard from 22.15 on. */
const isThere = 'zstdCompressSync' in zlib;
const URL_PATH = '/js/app.0123456789.js';
const CODE = Buffer.from('export const answer = 42;\n'.repeat(200));

const encodingsOf = (precompress: true | { encodings: ['zstd'] }) =>
  resolveOptions({ precompress }, process.versions.zstd !== undefined).precompress?.encodings;

test('precompress makes Zstandard variants exactly where this Node can, and says so where it cannot', () => {
  expect(encodingsOf(true)).toEqual(isThere ? ['br', 'gzip', 'zstd'] : ['br', 'gzip']);
  const named = () => encodingsOf({ encodings: ['zstd'] });
  if (isThere) expect(named()).toEqual(['zstd']);
  else expect(named).toThrow('must be without "zstd" on this Node, which has it from 22.15 on');
});

test('a client that accepts Zstandard gets the variant of the build, or the file as it is if this Node could make none', async () => {
  const variants = isThere ? { zstd: ENCODERS.zstd.encode(CODE) } : {};
  const { get } = await serveBuild(servedBuild({ [URL_PATH]: { bytes: CODE, variants } }));
  const { headers, body } = await get(URL_PATH, { 'accept-encoding': 'zstd' });
  expect([headers['content-encoding'], headers.vary]).toEqual([isThere ? 'zstd' : undefined, 'Accept-Encoding']);
  expect((isThere ? ENCODERS.zstd.decode(body, CODE.length) : body).equals(CODE)).toBe(true);
});
