import fs from 'node:fs';
import path from 'node:path';
import { serializeCheckedDocument } from '../../../src/disk/checked-document';
import { readServerDocument } from '../../../src/pipeline/server-document';
import { servedBuild } from '../support/served-build';
import { smartCacheError } from '../support/smart-cache-error';

const URL = '/a.0123456789.css';
const make = () => servedBuild({ [URL]: { bytes: 'a {}' } });

test('the document is read as it was written', () => {
  const { files, headerSets, prefixes } = readServerDocument(make().distDir);
  expect([Object.keys(files), files[URL]?.slice(1), headerSets, prefixes]).toEqual([
    [URL],
    [4, 0, {}],
    [[]],
    { basePath: '', assetPrefix: '' },
  ]);
});

const NAME = 'smart-cache-server.json';
const write = (body: unknown) => (distDir: string) =>
  fs.writeFileSync(path.join(distDir, NAME), serializeCheckedDocument(JSON.stringify(body)));
const WHOLE = { version: 1, buildId: 'id', prefixes: { basePath: '', assetPrefix: '' }, compress: true, headerSets: [[]], files: {} };
const withEntry = (entry: unknown) => write({ ...WHOLE, files: { [URL]: entry } });
const HASH = '0'.repeat(64);

test.each<[string, (distDir: string) => void, RegExp]>([
  ['is missing', (distDir) => fs.rmSync(path.join(distDir, NAME)), /"next build" has not run, has failed, or ran without/],
  ['is cut', (distDir) => fs.truncateSync(path.join(distDir, NAME), 200), /cut or changed/],
  ['is not one', (distDir) => fs.writeFileSync(path.join(distDir, NAME), '{}'), /no checksum/],
  ['has another version', write({ ...WHOLE, version: 2 }), /another version/],
  ['is a list', write([]), /not what next-smart-cache writes/],
  ['has no files', write({ ...WHOLE, files: undefined }), /not what/],
  ['has no prefixes', write({ ...WHOLE, prefixes: {} }), /not what/],
  ['has an entry of another form', withEntry({}), /not what/],
  ['has a content hash that is none', withEntry(['../../etc/passwd', 1, 0]), /not what/],
  ['has a size that is none', withEntry([HASH, '1', 0]), /not what/],
  ['has headers that it lacks', withEntry([HASH, 1, 1]), /not what/],
  ['has variants of another form', withEntry([HASH, 1, 0, { br: { size: -1, sha256: HASH } }]), /not what/],
  ['belongs to another build', (distDir) => fs.writeFileSync(path.join(distDir, 'BUILD_ID'), 'other'), /another build/],
  ['belongs to a failed build', (distDir) => fs.rmSync(path.join(distDir, 'BUILD_ID')), /no BUILD_ID/],
])('a document that %s is an error that names the file and the fix', (_, change, why) => {
  const { distDir } = make();
  change(distDir);
  const parts = { where: path.join(distDir, NAME), why: expect.stringMatching(why), fix: expect.stringContaining('run "next build"') };
  expect(() => readServerDocument(distDir)).toThrow(smartCacheError('ERR_SMART_CACHE_BUILD_UNUSABLE', parts));
});
