import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { variantFile } from '../../../src/pipeline/encoded/variant-file';
import { linkForNginx, nginxDirOf } from '../../../src/pipeline/nginx-folder';
import { listFiles, readFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const REWRITE = 'media/smart-cache-rewrite';
const STATIC = 'media/smart-cache';
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
const variant = { size: 1, sha256: '' };

afterEach(() => jest.restoreAllMocks());

/** A build that serves a stylesheet by a rewrite, a script directly, and an image. */
function makeBuild() {
  const distDir = temporaryFolder();
  const cacheDir = path.join(distDir, 'cache/next-smart-cache');
  const served = {
    [`${REWRITE}/css/a.1.css`]: 'css',
    [`${STATIC}/data/b.2.json`]: 'json',
    [`${REWRITE}/c.3.png`]: 'png',
    [`${REWRITE}/d.4.svg`]: 'svg',
    [`${REWRITE}/e.5.txt`]: 'txt',
  };
  writeFiles(path.join(distDir, 'static'), served);
  const files = Object.entries(served).map(([name, content]) => {
    const storeFolder = name.startsWith(REWRITE) ? '' : `/_next/static/${STATIC}`;
    const hashedPath = name.slice(storeFolder === '' ? REWRITE.length : STATIC.length);
    return { assetPath: hashedPath, url: storeFolder + hashedPath, hashedPath, storeFolder, contentHash: sha256(content), isCurrent: true };
  });
  const variants = new Map([
    [path.join(distDir, 'static', `${REWRITE}/css/a.1.css`), { gzip: variant, br: variant, zstd: variant }],
    [path.join(distDir, 'static', `${STATIC}/data/b.2.json`), { gzip: variant }],
    [path.join(distDir, 'static', `${REWRITE}/d.4.svg`), { br: variant }],
    [path.join(distDir, 'static', `${REWRITE}/e.5.txt`), { zstd: variant }],
  ]);
  fs.mkdirSync(path.join(cacheDir, 'encoded'), { recursive: true });
  for (const [file, encodings] of variants)
    for (const encoding of Object.keys(encodings) as (keyof typeof encodings)[])
      fs.writeFileSync(variantFile(cacheDir, sha256(fs.readFileSync(file, 'utf8')), encoding), encoding);
  return {
    distDir,
    link: () => linkForNginx(cacheDir, files, variants, distDir),
    linkNone: () =>
      linkForNginx(cacheDir, files, new Map([[path.join(distDir, 'static', `${REWRITE}/e.5.txt`), { zstd: variant }]]), distDir),
  };
}

const LINKED = {
  [`${REWRITE}/css/a.1.css`]: 'css',
  [`${REWRITE}/css/a.1.css.br`]: 'br',
  [`${REWRITE}/css/a.1.css.gz`]: 'gzip',
  [`${REWRITE}/d.4.svg`]: 'svg',
  [`${REWRITE}/d.4.svg.br`]: 'br',
  [`${STATIC}/data/b.2.json`]: 'json',
  [`${STATIC}/data/b.2.json.gz`]: 'gzip',
};

test('puts each file that has a gzip or Brotli variant beside its variants, in place of the folder of the build before', () => {
  const { distDir, link } = makeBuild();
  writeFiles(nginxDirOf(distDir), { 'of-the-build-before.css.gz': '' });
  expect(link()).toEqual([]);
  expect(readFiles(nginxDirOf(distDir))).toEqual(LINKED);
});

test('removes the folder if no file has a variant that nginx can send', () => {
  const { distDir, link, linkNone } = makeBuild();
  link();
  expect(linkNone()).toEqual([]);
  expect(fs.existsSync(nginxDirOf(distDir))).toBe(false);
});

test.each(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'])('copies where a hard link fails with %s', (code) => {
  jest.spyOn(fs, 'linkSync').mockImplementation(() => {
    throw Object.assign(new Error(code), { code });
  });
  const { distDir, link } = makeBuild();
  expect(link()).toEqual([]);
  expect(readFiles(nginxDirOf(distDir))).toEqual(LINKED);
});

test('leaves no folder on a full disk, and says so', () => {
  const { distDir, link } = makeBuild();
  link();
  let links = 0;
  const { linkSync } = fs;
  jest.spyOn(fs, 'linkSync').mockImplementation((...args) => {
    if (++links > 2) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    linkSync(...args);
  });
  expect(link()).toEqual([
    expect.objectContaining({
      what: 'nginx cannot send precompressed files, since their folder cannot be written',
      where: nginxDirOf(distDir),
      why: 'the disk is full',
    }),
  ]);
  expect(listFiles(distDir).filter((name) => name.startsWith('smart-cache-nginx'))).toEqual([]);
});
