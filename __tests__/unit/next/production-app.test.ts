import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '../../../src/core/manifest-document';
import type { SmartCacheOptions } from '../../../src/core/options';
import { REWRITE_STORE_URL } from '../../../src/core/rewrite-rules';
import { declareImmutable, productionApp } from '../../../src/next/production-app';
import type { Project } from '../../../src/pipeline/project';
import { listFiles, readFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';
import { rewrite } from '../support/rewrites';
import { rulesOf, serverManifest } from '../support/smart-cache-app';

let endBuild: (() => void) | undefined;
jest.mock('../../../src/next/environment', () => ({
  ...jest.requireActual<object>('../../../src/next/environment'),
  whenBuildSucceeds: (task: () => void) => {
    endBuild = task;
  },
}));

let warned: jest.SpyInstance;
beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

describe('the rewrites cover older deploys for as long as the store serves them', () => {
  /** Puts these files into `public/`, and runs the steps of `next build`. */
  function build(project: Project, files: Record<string, string>): (url: string) => string | undefined {
    fs.rmSync(project.publicDir, { recursive: true });
    fs.mkdirSync(project.publicDir);
    writeFiles(project.publicDir, files);
    const app = productionApp(project, {});
    const { beforeFiles } = rulesOf(app);
    app.afterCompile(path.join(project.root, '.next'));
    endBuild?.();
    return (url) => rewrite(beforeFiles, url);
  }
  const served = (project: Project) => listFiles(path.join(project.root, '.next/static/media/smart-cache-rewrite'));

  const OLD_FILE = 'old/a.2cf24dba5f.js';

  test('covers a folder that is gone from public/', () => {
    const project = projectWith({});
    build(project, { 'old/a.js': 'hello' });
    const reach = build(project, { 'new/b.js': '' });
    expect(served(project)).toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBe(`${REWRITE_STORE_URL}/${OLD_FILE}`);
  });

  test('still covers it after the same build once more', () => {
    const project = projectWith({}, { keep: 1 });
    build(project, { 'old/a.js': 'hello' });
    build(project, { 'new/b.js': '' });
    const reach = build(project, { 'new/b.js': '' });
    expect(served(project)).toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBe(`${REWRITE_STORE_URL}/${OLD_FILE}`);
  });

  test('stops once the store has removed the file', () => {
    const project = projectWith({}, { keep: 1 });
    build(project, { 'old/a.js': 'hello' });
    build(project, { 'new/b.js': '' });
    const reach = build(project, { 'new/b.js': 'more' });
    expect(served(project)).not.toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBeUndefined();
  });

  test('covers none with keep: 0', () => {
    const project = projectWith({}, { keep: 0 });
    build(project, { 'old/a.js': 'hello' });
    const reach = build(project, { 'new/b.js': '' });
    expect(served(project)).not.toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBeUndefined();
  });
});

test('covers a hashed URL also beside many files that keep their plain URL', () => {
  const links = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`docs/diagram-number-${index}.svg`, '<svg><a href="x.html"/></svg>']),
  );
  const project = projectWith(
    { 'docs/style.css': 'hello', 'docs/hello.svg': '<svg/>', ...links },
    { cdnPrefix: 'https://cdn.example.com' },
  );
  const { beforeFiles } = rulesOf(productionApp(project, {}));
  const { assets } = JSON.parse(fs.readFileSync(project.manifestPath, 'utf8')) as Manifest;
  expect(Object.keys(assets)).toEqual(['/docs/hello.svg', '/docs/style.css']);
  for (const { url } of Object.values(assets)) expect(rewrite(beforeFiles, url)).toBe(REWRITE_STORE_URL + url);
});

test('maps a stale hash to the original, or to a 404, as onStaleHash says', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  const stale = `${REWRITE_STORE_URL}/js/app.0123456789.js`;
  expect(rewrite(rulesOf(productionApp(project, {})).afterFiles, stale)).toBe('/js/app.js');
  expect(rewrite(rulesOf(productionApp(withOptions(project, { onStaleHash: 'not-found' }), {})).afterFiles, stale)).toBe('/_error');
});

test('passes basePath, CDN prefix, integrity and onMissing to the render manifest', () => {
  const options: SmartCacheOptions = { cdnPrefix: 'https://cdn.example.com', integrity: true, onMissing: 'warn' };
  const project = projectWith({ 'js/app.js': 'hello' }, options, { basePath: '/docs' });
  const integrity = 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
  expect(serverManifest(productionApp(project, {}))).toEqual({
    basePath: '/docs',
    onMissing: 'warn',
    assets: { '/js/app.js': ['https://cdn.example.com/js/app.2cf24dba5f.js', integrity] },
  });
});

test('makes a truncated copy anew before it serves it', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  productionApp(project, {}).prepare();
  const [copy = ''] = listFiles(path.join(project.cacheDir, 'files'));
  fs.truncateSync(path.join(project.cacheDir, 'files', copy), 3);
  productionApp(project, {}).afterCompile(project.buildDir);
  expect(readFiles(path.join(project.buildDir, 'static'))).toEqual({ 'media/smart-cache-rewrite/js/app.2cf24dba5f.js': 'hello' });
});

test('an app without public/ says so', () => {
  const project = projectWith({});
  fs.rmSync(project.publicDir, { recursive: true });
  productionApp({ ...project, isApp: true }, {}).prepare();
  expect(console.log).toHaveBeenCalledWith(expect.stringContaining(`there is no ${project.publicDir}`));
});

test('prints only the warnings that the command line did not print', () => {
  const project = projectWith({ 'a.css': 'a { background: url(no.png) }' });
  productionApp(project, {}).prepare();
  expect(warned.mock.calls).toEqual([[expect.stringContaining('A reference points to a missing file: public/a.css:1')]]);
  productionApp(project, {}).prepare();
  expect(warned).toHaveBeenCalledTimes(1);
  expect(console.log).toHaveBeenCalledTimes(1);
});

test('names a dynamic route beside public/ once, however often Next asks', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  writeFiles(project.root, { 'app/js/[name]/page.jsx': '' });
  const app = productionApp(project, {});
  app.rewriteRules?.();
  app.rewriteRules?.();
  expect(warned.mock.calls).toEqual([[expect.stringContaining('the route /js/[name] shares /js')]]);
});

test('records a deploy when the build has succeeded, and not before', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  const isWrittenDown = () => fs.existsSync(path.join(project.cacheDir, 'deploys.json'));
  productionApp(project, {}).afterCompile(project.buildDir);
  expect(isWrittenDown()).toBe(false);
  endBuild?.();
  expect(isWrittenDown()).toBe(true);
});

describe('the list of files that may outlive a deploy', () => {
  const OURS = 'static/immutable/media/smart-cache';
  const served = (distDir: string, name: string, contentHash: string) => ({ file: path.join(distDir, name), contentHash });

  test('gains our files in the immutable folder, and keeps those of Next', () => {
    const distDir = temporaryFolder();
    const list = path.join(distDir, 'immutable-static-hashes.json');
    fs.writeFileSync(list, JSON.stringify({ 'static/immutable/chunks/a.js': 'next', [`${OURS}/left-behind.js`]: 'old' }));
    const files = [served(distDir, `${OURS}/js/a.js`, 'ours'), served(distDir, 'static/media/smart-cache/js/b.js', 'older')];
    declareImmutable(files, distDir);
    expect(JSON.parse(fs.readFileSync(list, 'utf8'))).toEqual({ 'static/immutable/chunks/a.js': 'next', [`${OURS}/js/a.js`]: 'ours' });
  });

  test('is not made if Next made none', () => {
    const distDir = temporaryFolder();
    declareImmutable([served(distDir, `${OURS}/js/a.js`, 'ours')], distDir);
    expect(fs.readdirSync(distDir)).toEqual([]);
  });
});
