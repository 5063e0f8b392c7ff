import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { deploysWith, recordDeploy } from '../../../src/pipeline/deploys';
import { encodeFile } from '../../../src/pipeline/encoded/encode-file';
import type { EncodeAll } from '../../../src/pipeline/encoded/encode-in-threads';
import { ENCODERS } from '../../../src/pipeline/encoded/encoders';
import { variantFile } from '../../../src/pipeline/encoded/variant-file';
import { precompress, servedPath } from '../../../src/pipeline/precompress';
import { type Project, resolveProject } from '../../../src/pipeline/project';
import { serveStore } from '../../../src/pipeline/served-files';
import { listFiles } from '../../support/folders';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';

const HOUR = 60 * 60 * 1000;
const TEXT = 'body { color: red; }\n'.repeat(200);
const OTHER_TEXT = 'body { color: blue; }\n'.repeat(200);
const OPTIONS = { precompress: { encodings: ['br', 'gzip'] } } as const;
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

const DECODERS = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync };

afterEach(() => jest.restoreAllMocks());

/** The steps of `next build` that make variants, in this thread. */
async function build(project: Project, { now = Date.now(), succeeds = true } = {}) {
  const made: string[] = [];
  const encodeAll: EncodeAll = async (jobs, onOutcome) => {
    for (const job of jobs) {
      made.push(`${path.basename(job.file).replace(/\.[0-9a-f]{10}\./, '.')} ${job.encoding}`);
      if (!onOutcome(job, encodeFile(job))) return;
    }
  };
  const built = buildManifest(project);
  const served = deploysWith(project, built);
  serveStore(project, served, project.buildDir);
  const result = await precompress(project, served.files, project.buildDir, encodeAll);
  if (succeeds) recordDeploy(project, built, now);
  const variants = new Map(
    served.files.flatMap((file) => {
      const own = result.variants.get(servedPath(project.buildDir, file));
      return own ? [[file.contentHash, own] as const] : [];
    }),
  );
  return { ...result, variants, variantFiles: [...result.variants.keys()], made, files: served.files };
}

const encoded = (project: Project) => listFiles(path.join(project.cacheDir, 'encoded'));
const fileOf = (project: Project, content: string, encoding: 'br' | 'gzip') => variantFile(project.cacheDir, sha256(content), encoding);

test('makes variants that decode to the served bytes, outside of .next/static', async () => {
  const project = projectWith({ 'css/site.css': TEXT, 'js/app.mjs': OTHER_TEXT }, OPTIONS);
  const { variants, notices, warnings } = await build(project);
  expect(warnings).toEqual([]);
  expect([...variants.keys()].sort()).toEqual([sha256(TEXT), sha256(OTHER_TEXT)].sort());
  for (const content of [TEXT, OTHER_TEXT]) {
    for (const encoding of ['br', 'gzip'] as const) {
      const bytes = fs.readFileSync(fileOf(project, content, encoding));
      expect(DECODERS[encoding](bytes).toString()).toBe(content);
      expect(variants.get(sha256(content))?.[encoding]).toEqual({ size: bytes.length, sha256: sha256(bytes) });
    }
  }
  expect(listFiles(path.join(project.buildDir, 'static')).filter((name) => /\.(?:br|gz|zst)$/.test(name))).toEqual([]);
  expect(notices).toEqual([expect.stringMatching(/^precompressed 2 files in [\d.]+ s: 8.6 kB → \d+ B \(br\), \d+ B \(gzip\)$/)]);
});

test('leaves alone what is compressed, small or excluded, and several URLs share one variant', async () => {
  const options = { precompress: { encodings: ['br'], minBytes: 100, exclude: '/vendor/**' } } as const;
  const project = projectWith(
    {
      'a.css': TEXT,
      'copy/of/a.css': TEXT,
      'a.png': `${TEXT}1`,
      'a.woff2': `${TEXT}2`,
      'a.js.map': `${TEXT}3`,
      'small.css': 'x'.repeat(99),
      'just.css': 'x'.repeat(100),
      'empty.css': '',
      'vendor/b.css': `${TEXT}4`,
    },
    options,
  );
  expect((await build(project)).made).toEqual(['a.css br', 'just.css br']);
});

test('gives no variant to an excluded file, or to one of another type, though another file has the same bytes', async () => {
  const project = projectWith(
    { 'a.css': TEXT, 'vendor/a.css': TEXT, 'a.png': TEXT, 'b.css': TEXT, 'a.css.map': TEXT },
    { precompress: { encodings: ['br'], exclude: '/vendor/**' } },
  );
  const { made, variantFiles } = await build(project);
  expect(made).toEqual(['a.css br']);
  const name = (stem: string) => `${stem}.${sha256(TEXT).slice(0, 10)}.css`;
  expect(variantFiles.map((file) => path.basename(file))).toEqual([name('a'), name('b')]);
});

test('names the limit of open files, since another build would fail too', async () => {
  const project = projectWith({ 'a.css': TEXT }, OPTIONS);
  const { files } = await build(withOptions(project, {}));
  const { warnings } = await precompress(project, files, project.buildDir, async (jobs, onOutcome) => {
    for (const job of jobs) onOutcome(job, { isWriteFailure: false, code: 'EMFILE', message: 'EMFILE' });
  });
  expect(warnings).toEqual([
    expect.objectContaining({ why: expect.stringContaining('EMFILE'), fix: expect.stringContaining('ulimit -n') }),
  ]);
});

test('leaves a file of more than 64 MiB alone', async () => {
  const project = projectWith({ 'a.css': TEXT, 'b.css': OTHER_TEXT }, OPTIONS);
  const { files } = await build(withOptions(project, {}));
  const sizes = [64 * 1024 * 1024, 64 * 1024 * 1024 + 1];
  for (const [index, size] of sizes.entries()) fs.truncateSync(servedPath(project.buildDir, files[index] as (typeof files)[0]), size);
  const listed: number[] = [];
  await precompress(project, files, project.buildDir, async (jobs) => void listed.push(...jobs.map(({ size }) => size)));
  expect(listed).toEqual([sizes[0], sizes[0]]);
});

test('does nothing by default', async () => {
  const project = projectWith({ 'a.css': TEXT });
  expect(await build(project)).toMatchObject({ made: [], notices: [], variants: new Map() });
  expect(fs.existsSync(path.join(project.cacheDir, 'encoded'))).toBe(false);
});

test('a second build compresses nothing, not even what was not worth it', async () => {
  const project = projectWith({ 'a.css': TEXT, 'noise.bmp': randomBytes(3000) }, OPTIONS);
  expect((await build(project)).made).toHaveLength(4);
  const again = await build(project);
  expect(again).toMatchObject({ made: [], notices: [], warnings: [] });
  expect([...again.variants.keys()]).toEqual([sha256(TEXT)]);
});

test('a build compresses only the file that has changed', async () => {
  const project = projectWith({ 'a.css': TEXT, 'b.css': OTHER_TEXT }, OPTIONS);
  await build(project);
  writeFiles(project.publicDir, { 'a.css': `${TEXT}/* edited */` });
  const { made, variants } = await build(project);
  expect(made).toEqual(['a.css br', 'a.css gzip']);
  // The file of the deploy before is served, too.
  expect(variants.size).toBe(3);
});

test.each<[string, (file: string) => void]>([
  ['changed', (file) => fs.writeFileSync(file, Buffer.from(fs.readFileSync(file)).fill(0, 5, 6))],
  ['cut', (file) => fs.truncateSync(file, 5)],
  ['removed', (file) => fs.rmSync(file)],
  [
    'replaced by a link',
    (file) => {
      fs.renameSync(file, `${file}-2`);
      fs.symlinkSync(`${file}-2`, file);
    },
  ],
])('a variant that was %s is made again', async (_, damage) => {
  const project = projectWith({ 'a.css': TEXT, 'b.css': OTHER_TEXT }, OPTIONS);
  await build(project);
  const file = fileOf(project, TEXT, 'br');
  const bytes = fs.readFileSync(file);
  damage(file);
  const { made, notices } = await build(project);
  expect(made).toEqual(['a.css br']);
  expect(notices[0]).toBe('1 damaged file in .next/cache/next-smart-cache/encoded: made again');
  expect([fs.lstatSync(file).isFile(), fs.readFileSync(file)]).toEqual([true, bytes]);
});

test.each<[string, (text: string) => string, RegExp]>([
  ['cut', (text) => text.slice(0, -10), /checksum is wrong/],
  ['edited', (text) => text.replace(/\[\d+/, '[1'), /checksum is wrong/],
  ['written by hand', () => '{"contents":{}}', /no checksum/],
])('a record that was %s is dropped, and everything made again', async (_, damage, problem) => {
  const project = projectWith({ 'a.css': TEXT }, OPTIONS);
  await build(project);
  const record = path.join(project.cacheDir, 'encoded/variants.json');
  fs.writeFileSync(record, damage(fs.readFileSync(record, 'utf8')));
  const { made, notices } = await build(project);
  expect(made).toEqual(['a.css br', 'a.css gzip']);
  expect(notices[0]).toMatch(problem);
});

test('says for each encoding how small all files are, also if some of their variants are of an earlier build', async () => {
  const project = projectWith({ 'a.css': TEXT }, { precompress: { encodings: ['br'] } });
  await build(project);
  writeFiles(project.publicDir, { 'b.css': OTHER_TEXT });
  const { made, notices } = await build(withOptions(project, OPTIONS));
  expect(made).toEqual(['a.css gzip', 'b.css br', 'b.css gzip']);
  expect(notices).toEqual([expect.stringMatching(/^precompressed 2 files in [\d.]+ s: 8.6 kB → \d+ B \(br\), \d+ B \(gzip\)$/)]);
});

test('variants of other settings are made again, and those of the same settings are not', async () => {
  const project = projectWith({ 'a.css': TEXT }, OPTIONS);
  await build(project);
  jest.replaceProperty(ENCODERS.br, 'settings', 'brotli 9.9.9, quality 12');
  expect((await build(project)).made).toEqual(['a.css br']);
  expect((await build(project)).made).toEqual([]);
});

test('never records a variant that decodes to other bytes', async () => {
  const project = projectWith({ 'a.css': TEXT, 'b.css': OTHER_TEXT }, OPTIONS);
  const encode = jest.spyOn(ENCODERS.br, 'encode').mockReturnValueOnce(zlib.brotliCompressSync('other bytes'));
  const { variants, warnings } = await build(project);
  expect(variants.get(sha256(TEXT))).toEqual({ gzip: expect.anything() });
  expect(warnings).toEqual([
    expect.objectContaining({ what: 'A file cannot be precompressed', why: 'its br variant decodes to other bytes' }),
  ]);
  expect(encoded(project).filter((name) => name.endsWith('.br'))).toEqual([`${sha256(OTHER_TEXT)}.br`]);
  encode.mockRestore();
  expect((await build(project)).made).toEqual(['a.css br']);
});

test('never records a variant of bytes that are not those of the hash', async () => {
  const project = projectWith({ 'a.css': TEXT }, OPTIONS);
  const { files } = await build(project, { succeeds: false });
  fs.rmSync(path.join(project.cacheDir, 'encoded'), { recursive: true });
  fs.appendFileSync(servedPath(project.buildDir, files[0] as (typeof files)[0]), '/* injected */');
  const { variants, warnings } = await precompress(project, files, project.buildDir, async (jobs, onOutcome) => {
    for (const job of jobs) onOutcome(job, encodeFile(job));
  });
  expect(variants.size).toBe(0);
  expect(warnings).toEqual([
    expect.objectContaining({ why: 'it changed while the build was running', where: expect.stringMatching(/ and 1 more$/) }),
  ]);
});

describe('on a full disk', () => {
  test('the build goes on with the variants that it has, warns once, and tries no other file', async () => {
    const project = projectWith({ 'a.css': TEXT, 'b.css': OTHER_TEXT }, OPTIONS);
    const { writeFileSync } = fs;
    let writes = 0;
    const write = jest.spyOn(fs, 'writeFileSync').mockImplementation((...args) => {
      const isVariant = /\.(?:br|gz)\./.test(String(args[0]));
      if (isVariant && ++writes === 2) {
        writeFileSync(args[0], 'half');
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      }
      writeFileSync(...args);
    });
    const { made, variants, warnings } = await build(project);
    expect(made).toEqual(['a.css br', 'a.css gzip']);
    expect(warnings).toEqual([
      expect.objectContaining({ what: 'Some files are not precompressed, since a variant cannot be written', why: 'the disk is full' }),
    ]);
    expect(variants).toEqual(new Map([[sha256(TEXT), { br: expect.anything() }]]));
    expect(encoded(project)).toEqual([`${sha256(TEXT)}.br`, 'variants.json']);
    write.mockRestore();
    expect((await build(project)).made).toEqual(['a.css gzip', 'b.css br', 'b.css gzip']);
  });

  test('a damaged variant that cannot be made again is not served', async () => {
    const project = projectWith({ 'a.css': TEXT }, OPTIONS);
    await build(project);
    fs.truncateSync(fileOf(project, TEXT, 'br'), 5);
    const { renameSync } = fs;
    jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (String(to).endsWith('.br')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      renameSync(from, to);
    });
    const { variants, notices } = await build(project);
    expect(variants).toEqual(new Map([[sha256(TEXT), { gzip: expect.anything() }]]));
    expect(notices).toEqual([]);
  });

  test('a record that cannot be written is a warning', async () => {
    const project = projectWith({ 'a.css': TEXT }, OPTIONS);
    fs.mkdirSync(path.join(project.cacheDir, 'encoded/variants.json'), { recursive: true });
    const { variants, warnings } = await build(project, { succeeds: false });
    expect(warnings).toEqual([expect.objectContaining({ what: expect.stringContaining('The next build compresses every file again') })]);
    expect(variants.size).toBe(1);
  });

  test('a folder that cannot be made is a warning', async () => {
    const project = projectWith({ 'a.css': TEXT }, OPTIONS);
    writeFiles(project.cacheDir, { encoded: 'a file' });
    const { variants, warnings } = await build(project);
    expect(warnings).toEqual([expect.objectContaining({ why: 'a parent of this path is a file, not a folder' })]);
    expect(variants.size).toBe(0);
  });
});

describe('variants are pruned', () => {
  test('with the last deploy that serves their file, after an hour', async () => {
    const project = projectWith({ 'a.css': TEXT }, { ...OPTIONS, keep: 1 });
    await build(project);
    const old = [`${sha256(TEXT)}.br`, `${sha256(TEXT)}.gz`];
    const temporary = `${sha256(TEXT)}.br.1-ab.tmp`;
    writeFiles(path.join(project.cacheDir, 'encoded'), { [temporary]: 'of a killed build' });
    writeFiles(project.publicDir, { 'a.css': OTHER_TEXT });
    await build(project, { now: Date.now() + 2 * HOUR });
    expect(encoded(project)).toEqual(expect.arrayContaining(old));
    expect(encoded(project)).not.toContain(temporary);
    writeFiles(project.publicDir, { 'a.css': `${OTHER_TEXT}3` });
    await build(project);
    expect(encoded(project)).toEqual(expect.arrayContaining(old));
    await build(project, { now: Date.now() + 2 * HOUR });
    for (const name of old) expect(encoded(project)).not.toContain(name);
    expect(encoded(project)).toHaveLength(5);
  });

  test('beside files of other programs', async () => {
    const project = projectWith({ 'a.css': TEXT }, { ...OPTIONS, keep: 0 });
    await build(project);
    fs.symlinkSync('missing', path.join(project.cacheDir, 'encoded/0'));
    writeFiles(project.publicDir, { 'a.css': OTHER_TEXT });
    await build(project, { now: Date.now() + 2 * HOUR });
    expect(encoded(project).sort()).toEqual([`${sha256(OTHER_TEXT)}.br`, `${sha256(OTHER_TEXT)}.gz`, 'variants.json'].sort());
  });

  test('not by a build that fails', async () => {
    const project = projectWith({ 'a.css': TEXT }, { ...OPTIONS, keep: 0 });
    await build(project);
    writeFiles(project.publicDir, { 'a.css': OTHER_TEXT });
    await build(project, { now: Date.now() + 2 * HOUR, succeeds: false });
    writeFiles(project.publicDir, { 'a.css': TEXT });
    expect((await build(project)).made).toEqual([]);
  });

  test('when precompress is off again', async () => {
    const project = projectWith({ 'a.css': TEXT }, OPTIONS);
    await build(project);
    await build(withOptions(project, {}), { now: Date.now() + 2 * HOUR });
    expect(encoded(project)).toEqual(['variants.json']);
  });
});

test.each<[string, Parameters<typeof resolveProject>[0]]>([
  ["with output: 'export'", { root: '', output: 'export' }],
  ['on Netlify', { root: '', env: { NETLIFY: '1', CI: '1' } }],
])('%s, the build makes no variants, and says so', async (place, input) => {
  const { root } = projectWith({ 'a.css': TEXT });
  const { made, notices } = await build(resolveProject({ ...input, root, options: OPTIONS }));
  expect(made).toEqual([]);
  expect(notices).toEqual([`precompress does nothing ${place}: only "next-smart-cache start" and nginx read the compressed files`]);
});
