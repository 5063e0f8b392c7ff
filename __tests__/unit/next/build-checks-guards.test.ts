import fs from 'node:fs';
import path from 'node:path';
import { checkGuards } from '../../../src/next/build-checks';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { deploysWith, recordDeploy } from '../../../src/pipeline/deploys';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

afterEach(() => jest.restoreAllMocks());

interface Case {
  files?: Record<string, string>;
  /** Source → regular expression. */
  matchers?: Record<string, string>;
  delivery?: 'rewrite' | 'static';
  version?: number;
  i18n?: object;
}

function finishedBuild({ files = {}, matchers = {}, delivery = 'rewrite', version = 3, i18n }: Case) {
  const project = withOptions(projectWith(files), { delivery });
  const list = Object.entries(matchers).map(([originalSource, regexp]) => ({ originalSource, regexp }));
  writeFiles(project.buildDir, {
    BUILD_ID: 'x',
    'routes-manifest.json': JSON.stringify({ basePath: '', i18n }),
    'server/middleware-manifest.json': JSON.stringify({ version, middleware: list.length > 0 ? { '/': { matchers: list } } : {} }),
    'server/functions-config-manifest.json': '{"version":1,"functions":{}}',
  });
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const check = () => {
    const built = buildManifest(project);
    checkGuards(project, built, deploysWith(project, built), project.buildDir);
  };
  return { project, check, said: () => warned.mock.calls.flat() };
}

const FILES = { 'members/a.pdf': 'hello', 'members/b.pdf': '', 'top.pdf': 'hello', 'js/a.js': 'hello' };
const BY_NAME = { '/members/a.pdf': '^/members/a\\.pdf$' };
const SITE = { '/((?!_next).*)': '^/(?!_next).*$' };

test('names a file that is guarded by name alone, its open URL, and the option to write', () => {
  const { check } = finishedBuild({ files: FILES, matchers: BY_NAME });
  expect(check).toThrow(
    smartCacheError('ERR_SMART_CACHE_UNGUARDED', {
      where: '\n  /members/a.pdf (matcher /members/a.pdf) is open under /members/a.2cf24dba5f.pdf',
      fix: expect.stringMatching(/^leave it out of the hashed files, exclude: '\/members\/\*\*', in .* such as '\/members\/:path\*'$/),
    }),
  );
});

test('excludes files directly in public/ one by one', () => {
  const { check } = finishedBuild({ files: FILES, matchers: { '/top.pdf': '^/top\\.pdf$', ...BY_NAME } });
  expect(check).toThrow(
    smartCacheError('ERR_SMART_CACHE_UNGUARDED', { fix: expect.stringContaining("exclude: ['/top.pdf', '/members/**']") }),
  );
});

test('the message has a line for each file', () => {
  const { check } = finishedBuild({ files: FILES, matchers: { '/members/:id.pdf': '^/members/\\w\\.pdf$' } });
  expect(check).toThrow(/not under every URL: \n {2}\/members\/a\.pdf \(.*\n {2}\/members\/b\.pdf \(.*\n {2}Why: /);
});

test('lists the first of many files', () => {
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`members/${index}.pdf`, '']));
  const { check } = finishedBuild({ files, matchers: { '/members/:id.pdf': '^/members/\\d+\\.pdf$' } });
  expect(check).toThrow(smartCacheError('ERR_SMART_CACHE_UNGUARDED', { where: expect.stringMatching(/(\n.*){10}\n {2}and 2 more$/) }));
});

const FOLDER = { '/members/:path*': '^(?:/en)?/members/.*$' };

test('under static delivery, the message suggests a matcher for the folder of the store', () => {
  const { check } = finishedBuild({ files: FILES, matchers: FOLDER, delivery: 'static' });
  const fix = expect.stringContaining("such as '/_next/static/media/smart-cache/members/:path*'");
  expect(check).toThrow(smartCacheError('ERR_SMART_CACHE_UNGUARDED', { fix }));
});

test('where Next serves /_next/static under other paths too, the message suggests no matcher', () => {
  const i18n = { locales: ['en'], defaultLocale: 'en' };
  const { check } = finishedBuild({ files: FILES, matchers: FOLDER, delivery: 'static', i18n });
  const fix = expect.not.stringContaining('matcher');
  expect(check).toThrow(smartCacheError('ERR_SMART_CACHE_UNGUARDED', { why: expect.stringContaining('i18n'), fix }));
});

test('checks the default locale of each domain', () => {
  const i18n = { locales: ['en', 'de'], defaultLocale: 'en', domains: [{ domain: 'example.de', defaultLocale: 'de' }] };
  const { check } = finishedBuild({ files: FILES, matchers: { '/de/members/a.pdf': '^/de/members/a\\.pdf$' }, i18n });
  expect(check).toThrow(
    smartCacheError('ERR_SMART_CACHE_UNGUARDED', {
      where: '\n  /members/a.pdf (matcher /de/members/a.pdf) is open under /members/a.2cf24dba5f.pdf',
    }),
  );
});

test('checks a made-up hash too, since it reaches a file that keeps its plain URL', () => {
  const { check } = finishedBuild({
    files: { ...FILES, [`members/${'x'.repeat(245)}.pdf`]: '' },
    matchers: { '/x': '^/members/x+\\.pdf$' },
  });
  expect(check).toThrow(smartCacheError('ERR_SMART_CACHE_UNGUARDED', { where: expect.stringMatching(/x{245}\.0{10}\.pdf$/) }));
});

test('checks the URLs of older deploys, also of files that are gone', () => {
  const { project, check } = finishedBuild({
    files: FILES,
    matchers: { '/members/a.pdf': '^/members/a(?:\\.(?:2cf24dba5f|0000000000))?\\.pdf$' },
  });
  expect(check).not.toThrow();
  writeFiles(project.publicDir, { 'members/a.pdf': 'before' });
  recordDeploy(project, buildManifest(project));
  fs.rmSync(path.join(project.publicDir, 'members/a.pdf'));
  expect(check).toThrow(smartCacheError('ERR_SMART_CACHE_UNGUARDED', { where: expect.stringContaining('/members/a.') }));
});

test('a whole-site matcher gives one line under static delivery, and none under rewrite delivery', () => {
  const direct = finishedBuild({ files: FILES, matchers: SITE, delivery: 'static' });
  direct.check();
  expect(direct.said()).toEqual([
    expect.stringMatching(
      /^next-smart-cache: .*4 files of public\/ are public under a URL with a hash, like \/_next\/static\/.*SET-UPS\.md.*$/,
    ),
  ]);
  jest.restoreAllMocks();
  const rewritten = finishedBuild({ files: FILES, matchers: SITE });
  rewritten.check();
  expect(rewritten.said()).toEqual([]);
});

test.each<[string, Case]>([
  ['no proxy', { files: FILES, delivery: 'static' }],
  ['a proxy for other paths', { files: FILES, delivery: 'static', matchers: { '/api': '^/api$' } }],
  ['nothing hashed', { files: { 'members/a.html': '' }, matchers: SITE, delivery: 'static' }],
])('prints nothing: %s', (_, finished) => {
  const { check, said } = finishedBuild(finished);
  check();
  expect(said()).toEqual([]);
});

test('warns once about a manifest that it cannot read, and lets the build pass', () => {
  const { check, said } = finishedBuild({ files: FILES, matchers: BY_NAME, version: 4 });
  check();
  expect(said()).toEqual([expect.stringMatching(/^next-smart-cache: could not check .*version 4.*"exclude" option$/)]);
});
