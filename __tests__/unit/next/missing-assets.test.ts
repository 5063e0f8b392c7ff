import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type MissingAsset, markMissing } from '../../../src/core/missing-assets-record';
import { assetsMissing, findPagesWithMarks, removeCachedMarks } from '../../../src/next/missing-assets';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

const TOKEN = '12x34ab';
const mark = (assetPath: string, token = TOKEN) => markMissing(assetPath, assetPath, token);
const missing = (assetPath: string, component = 'asset()', ...nearest: string[]): MissingAsset => ({ path: assetPath, component, nearest });

test('the pages of both routers that hold a mark, whatever it was rendered into', () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'app/index.html': `<script src="${mark('/a.js')}"></script>`,
    'app/index.rsc': mark('/a.js'),
    'app/blog/first.segments/blog/__PAGE__.segment.rsc': mark('/a.js'),
    'app/_not-found.html': '<p>nothing</p>',
    'app/feed.body': JSON.stringify({ url: mark('/ü"&.png') }),
    'app/image.html': `/_next/image?url=${encodeURIComponent(mark('/a.js'))}&amp;w=640`,
    'app/page.js': mark('/a.js'),
    'app/older.html': mark('/a.js', '12x34ac'),
    'pages/en/about.json': mark('/ü"&.png'),
  });
  expect(findPagesWithMarks(root, TOKEN)).toEqual(
    new Map([
      ['/a.js', new Set(['/blog/first', '/image', '/'])],
      ['/ü"&.png', new Set(['/feed', '/en/about'])],
    ]),
  );
  expect(findPagesWithMarks(path.join(root, 'nowhere'), TOKEN)).toEqual(new Map());
});

test('what Next would keep for the next build is forgotten, if it holds a mark', () => {
  const root = temporaryFolder();
  writeFiles(root, { marked: JSON.stringify(mark('/a.js')), 'tags/other': '"/b.js"' });
  removeCachedMarks(root, TOKEN);
  expect(fs.readdirSync(root, { recursive: true }).sort()).toEqual(['tags', path.join('tags', 'other')]);
});

test('one message for all paths: in order, each once, with all that asked for it', () => {
  const pages: Record<string, string[]> = { '/b.js': ['/two', '/', '/two'] };
  const askedFor = [missing('/c.png'), missing('/b.js', '<CachedScript>', '/bb.js'), missing('/b.js', 'asset()', '/bb.js')];
  expect(assetsMissing(askedFor, (assetPath) => pages[assetPath] ?? []).message.split('\n')).toEqual([
    '2 asset paths are not in public/: ',
    '  /b.js (did you mean "/bb.js"?)  asked for by <CachedScript> and asset() on /, /two',
    '  /c.png  asked for by asset()',
    '  Why: the names are mistyped, or the files are not there',
    expect.stringMatching(/^ {2}Fix: correct the paths .*onMissing: 'warn'/),
  ]);
});

test.each([
  [5, '/1, /2, /3, /4, /5'],
  [17, '/1, /10, /11, /12, /13, and 12 more'],
])('of %d pages', (count, listed) => {
  const pages = Array.from({ length: count }, (_, index) => `/${index + 1}`);
  expect(assetsMissing([missing('/c.png')], () => pages).message).toMatch(
    new RegExp(`^1 asset path is not in public/: \\n {2}/c\\.png  asked for by asset\\(\\) on ${listed}\\n`),
  );
});

describe('a process that has built', () => {
  /** Runs a script in such a process, which has a temporary folder of its own. */
  function run(script: string) {
    const root = temporaryFolder();
    writeFiles(root, {
      '.next/BUILD_ID': 'x',
      '.next/cache/fetch-cache/other': '"/b.js"',
      'tmp/next-smart-cache-missing-killed.jsonl': JSON.stringify(missing('/of-another.js')),
    });
    const builder = path.resolve(__dirname, '../support/build-with-missing-assets.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [builder, script], {
      cwd: root,
      env: { ...process.env, TMPDIR: path.join(root, 'tmp') },
      encoding: 'utf8',
    });
    const isStartable = fs.existsSync(path.join(root, '.next/BUILD_ID'));
    const [left, cached] = ['tmp', '.next/cache/fetch-cache'].map((folder) => fs.readdirSync(path.join(root, folder)));
    return { status, stdout, stderr, isStartable, left, cached };
  }

  const RECORD = `record('${JSON.stringify(missing('/a.js'))}');`;
  const OTHERS = ['next-smart-cache-missing-killed.jsonl'];

  test('with nothing recorded is left alone; what a killed one has recorded is not taken for its own', () => {
    expect(run('')).toEqual({ status: 0, stdout: '', stderr: '', isStartable: true, left: OTHERS, cached: ['other'] });
  });

  test.each([
    ['comes to its end', RECORD, 1],
    ['is ended with success', `${RECORD} process.exit(0);`, 1],
    ['has failed of something else', `${RECORD} process.exit(1);`, 1],
    ['was left half a line by a worker', `${RECORD} record('{"path":');`, 1],
  ])('fails and cannot be started, when it %s', (_, script, status) => {
    const result = run(script);
    expect(result).toMatchObject({ status, stdout: '', isStartable: false, left: OTHERS });
    expect(result.stderr).toMatch(
      /^\nSmartCacheError \(ERR_SMART_CACHE_ASSET_MISSING\): 1 asset path is not in public\/:\n {2}\/a\.js {2}asked for/,
    );
  });

  test('leaves no mark in what Next keeps for the next build', () => {
    const cache = `
      const [token] = process.env.NEXT_SMART_CACHE_MISSING_ASSETS.split(':');
      process.getBuiltinModule('node:fs').writeFileSync('.next/cache/fetch-cache/marked', 'smart-cache-missing-' + token + '-00z');`;
    expect(run(cache).cached).toEqual(['marked', 'other']);
    expect(run(cache + RECORD).cached).toEqual(['other']);
  });

  test('is seen to have failed by what waits for its success', () => {
    const script = `process.once('exit', (code) => console.log(process.exitCode ?? code)); ${RECORD}`;
    expect(run(script).stdout).toBe('1\n');
  });
});
