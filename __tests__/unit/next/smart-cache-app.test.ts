import fs from 'node:fs';
import path from 'node:path';
import { encodeAssetPath } from '../../../src/core/asset-path';
import type { Manifest } from '../../../src/core/manifest-document';
import type { SmartCacheOptions } from '../../../src/core/options';
import { type RenderManifest, unpackAssetPaths } from '../../../src/core/render-manifest';
import { REWRITE_STORE_URL, type RewriteRules } from '../../../src/core/rewrite-rules';
import { noteRendered, sharedGlobals } from '../../../src/core/shared-globals';
import { developmentApp, productionApp, type SmartCacheApp } from '../../../src/next/smart-cache-app';
import { type Project, resolveProject } from '../../../src/pipeline/project';
import { parseRenderModule } from '../../../src/pipeline/render-modules';
import { listFiles, readFiles } from '../../support/folders';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith, withOptions } from '../support/project';
import { forgetRendered } from '../support/rendered-at';
import { rewrite } from '../support/rewrites';

let onChange: (() => void) | undefined;
let onSourceChange: (() => void) | undefined;
jest.mock('../../../src/pipeline/watcher', () => ({
  ...jest.requireActual<object>('../../../src/pipeline/watcher'),
  watchPublicFolder: (_folder: string, callback: () => void) => {
    onChange = callback;
  },
  watchSource: (_source: object, callback: () => void) => {
    onSourceChange = callback;
  },
}));

let endBuild: (() => void) | undefined;
jest.mock('../../../src/next/environment', () => ({
  ...jest.requireActual<object>('../../../src/next/environment'),
  whenBuildSucceeds: (task: () => void) => {
    endBuild = task;
  },
}));

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  delete sharedGlobals().newestManifest;
  forgetRendered();
});

/** So many names that look hashed that their folder's URLs lead to the store directly. */
const VENDOR = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`vendor/lib-${index}.0123456789.js`, '']));
const FILES = { 'js/app.js': 'hello', LICENSE: '', 'my photo.jpg': '', 'robots.txt': '', ...VENDOR };

const serverManifest = (app: SmartCacheApp): RenderManifest => {
  app.prepare();
  return parseRenderModule(fs.readFileSync(app.modules.server, 'utf8'));
};

const rulesOf = ({ rewriteRules }: SmartCacheApp): RewriteRules => rewriteRules?.() ?? { beforeFiles: [], afterFiles: [] };

const urlOf = ({ assets }: RenderManifest, assetPath: string): string => {
  const entry = assets[assetPath];
  return (typeof entry === 'string' ? entry : entry?.[0]) ?? '';
};

describe.each<[string, SmartCacheOptions, output: string | undefined]>([
  ['rewrite delivery', {}, undefined],
  ['static delivery', { delivery: 'static' }, undefined],
  ['output: export', {}, 'export'],
])('%s', (_, options, output) => {
  const app = (make: typeof productionApp) => {
    const project = projectWith(FILES, options, output === undefined ? {} : { output });
    return { project, app: make(project, {}) };
  };

  test('in production, every URL that is rendered leads to the frozen copy', () => {
    const { project, app: production } = app(productionApp);
    const manifest = serverManifest(production);
    const { beforeFiles } = rulesOf(production);
    production.afterCompile(path.join(project.root, '.next'));
    const served = readFiles(path.join(project.root, '.next/static'));
    for (const [assetPath, content] of Object.entries(FILES)) {
      const url = urlOf(manifest, `/${assetPath}`);
      if (assetPath === 'robots.txt') expect(url).toBe('/robots.txt');
      else expect(served[decodeURIComponent(rewrite(beforeFiles, url) ?? url).slice('/_next/static/'.length)]).toBe(content);
    }
  });

  test('in development, every URL that is rendered leads to the original, and an edit changes it', () => {
    const { project, app: development } = app(developmentApp);
    const manifest = serverManifest(development);
    const { beforeFiles, afterFiles } = rulesOf(development);
    for (const assetPath of Object.keys(FILES).map((name) => `/${name}`)) {
      const url = urlOf(manifest, assetPath);
      const [served] = (rewrite([...beforeFiles, ...afterFiles], url) ?? url).split('?');
      expect([assetPath, served]).toEqual([assetPath, encodeAssetPath(assetPath)]);
      const changes = assetPath !== '/robots.txt' && (project.delivery === 'static' || !assetPath.startsWith('/vendor/'));
      expect(url !== encodeAssetPath(assetPath)).toBe(changes);
    }
  });
});

test('under static delivery, development adds no rewrite either, whatever routes the app has', () => {
  const project = projectWith(FILES, { delivery: 'static' });
  writeFiles(project.root, { 'app/js/[name]/page.jsx': '', 'app/js/x.0123456789.js/route.js': '' });
  const development = developmentApp(project);
  expect(urlOf(serverManifest(development), '/js/app.js')).toBe('/js/app.js?hash=2cf24dba5f');
  expect(development.rewriteRules).toBeUndefined();
});

describe('older deploys stay within reach of the rules as long as the store serves them', () => {
  /** What `next build` does with an app whose `public/` now holds these files. */
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

  test('a folder that is gone from public/', () => {
    const project = projectWith({});
    build(project, { 'old/a.js': 'hello' });
    const reach = build(project, { 'new/b.js': '' });
    expect(served(project)).toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBe(`${REWRITE_STORE_URL}/${OLD_FILE}`);
  });

  test('also after building the same once more', () => {
    const project = projectWith({}, { keep: 1 });
    build(project, { 'old/a.js': 'hello' });
    build(project, { 'new/b.js': '' });
    const reach = build(project, { 'new/b.js': '' });
    expect(served(project)).toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBe(`${REWRITE_STORE_URL}/${OLD_FILE}`);
  });

  test('and not longer', () => {
    const project = projectWith({}, { keep: 1 });
    build(project, { 'old/a.js': 'hello' });
    build(project, { 'new/b.js': '' });
    const reach = build(project, { 'new/b.js': 'more' });
    expect(served(project)).not.toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBeUndefined();
  });

  test('none, with keep: 0', () => {
    const project = projectWith({}, { keep: 0 });
    build(project, { 'old/a.js': 'hello' });
    const reach = build(project, { 'new/b.js': '' });
    expect(served(project)).not.toContain(OLD_FILE);
    expect(reach(`/${OLD_FILE}`)).toBeUndefined();
  });
});

test('a hashed URL is covered by the rules also beside many files that keep their plain URL', () => {
  const links = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`docs/diagram-number-${index}.svg`, '<svg><a href="x.html"/></svg>']),
  );
  const project = projectWith(
    { 'docs/style.css': 'hello', 'docs/hello.svg': '<svg/>', ...links },
    { cdnPrefix: 'https://cdn.example.com' },
  );
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  const { beforeFiles } = rulesOf(productionApp(project, {}));
  const { assets } = JSON.parse(fs.readFileSync(project.manifestPath, 'utf8')) as Manifest;
  expect(Object.keys(assets)).toEqual(['/docs/hello.svg', '/docs/style.css']);
  for (const { url } of Object.values(assets)) expect(rewrite(beforeFiles, url)).toBe(REWRITE_STORE_URL + url);
});

test('onStaleHash: what is not in the store leads to the original, or to a 404', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  const stale = `${REWRITE_STORE_URL}/js/app.0123456789.js`;
  expect(rewrite(rulesOf(productionApp(project, {})).afterFiles, stale)).toBe('/js/app.js');
  expect(rewrite(rulesOf(productionApp(withOptions(project, { onStaleHash: 'not-found' }), {})).afterFiles, stale)).toBe('/_error');
});

describe('the settings reach what is rendered', () => {
  const project = (options: SmartCacheOptions) => projectWith({ 'js/app.js': 'hello' }, options, { basePath: '/docs' });
  const INTEGRITY = 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
  const CDN: SmartCacheOptions = { cdnPrefix: 'https://cdn.example.com', integrity: true, onMissing: 'warn' };

  test('in production', () => {
    expect(serverManifest(productionApp(project(CDN), {}))).toEqual({
      basePath: '/docs',
      onMissing: 'warn',
      assets: { '/js/app.js': ['https://cdn.example.com/js/app.2cf24dba5f.js', INTEGRITY] },
    });
  });

  test('but in development the files come from this server, without a checksum that an edit would break', () => {
    expect(serverManifest(developmentApp(project(CDN)))).toEqual({
      basePath: '/docs',
      onMissing: 'warn',
      assets: { '/js/app.js': '/docs/js/app.2cf24dba5f.js' },
    });
  });
});

describe('development', () => {
  test('makes no frozen copies and links nothing', () => {
    const project = projectWith({ 'js/app.js': 'hello' });
    const app = developmentApp(project);
    app.prepare();
    app.afterCompile(path.join(project.root, '.next'));
    expect(listFiles(path.join(project.root, '.next')).filter((name) => !/scan(-development)?\.json$/.test(name))).toEqual([]);
  });

  test('tells a page that is being loaded of a change once more, but not of an event that changes nothing', () => {
    jest.useFakeTimers();
    try {
      const project = projectWith({ 'js/app.js': 'hello' });
      const app = developmentApp(project);
      app.prepare();
      noteRendered();
      const timesTold = (event?: () => void) => {
        event?.();
        jest.advanceTimersByTime(2000);
        return [serverManifest(app).renotifications, parseRenderModule(fs.readFileSync(app.modules.client, 'utf8')).renotifications];
      };
      expect(timesTold(onChange)).toEqual([undefined, undefined]);
      fs.writeFileSync(path.join(project.publicDir, 'js/app.js'), '');
      expect(timesTold(onChange)).toEqual([1, 1]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('follows every change of public/', () => {
    const project = projectWith({ 'js/app.js': 'hello' });
    const app = developmentApp(project);
    expect(urlOf(serverManifest(app), '/js/app.js')).toBe('/js/app.2cf24dba5f.js');
    fs.writeFileSync(path.join(project.publicDir, 'js/app.js'), '');
    onChange?.();
    expect(urlOf(serverManifest(app), '/js/app.js')).toBe('/js/app.e3b0c44298.js');
  });

  test('follows every change of the source, and lets the pages that it renders know', () => {
    const project = projectWith({ 'js/app.js': 'hello', 'img/a.png': '' });
    const app = developmentApp(project);
    app.prepare();
    const unlisted = () => {
      const newest = sharedGlobals().newestManifest?.unlisted;
      expect(parseRenderModule(fs.readFileSync(app.modules.client, 'utf8')).unlisted).toBe(newest);
      return unpackAssetPaths(newest);
    };
    expect(unlisted()).toEqual(['/img/a.png', '/js/app.js']);
    writeFiles(project.root, { 'app/page.tsx': "asset('/img/a.png')" });
    onSourceChange?.();
    expect(unlisted()).toEqual(['/js/app.js']);
    fs.rmSync(path.join(project.publicDir, 'js/app.js'));
    onChange?.();
    expect(unlisted()).toEqual([]);
  });

  test('a change of the source looks at what public/ held last', () => {
    const project = projectWith({ 'js/app.js': 'hello' });
    const app = developmentApp(project);
    app.prepare();
    fs.writeFileSync(path.join(project.publicDir, 'js/app.js'), '');
    onChange?.();
    onSourceChange?.();
    expect(urlOf(serverManifest(app), '/js/app.js')).toBe('/js/app.e3b0c44298.js');
  });

  test('says nothing', () => {
    developmentApp(projectWith({ 'js/app.js': 'hello' })).prepare();
    expect(console.log).not.toHaveBeenCalled();
  });
});

describe('what is looked at, and said', () => {
  let warned: jest.SpyInstance;
  beforeEach(() => {
    warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
  });
  const DEAD = { 'a.css': 'a { background: url(no.png) }' };

  test('a copy that was cut short is made anew before it is linked', () => {
    const project = projectWith({ 'js/app.js': 'hello' });
    productionApp(project, {}).prepare();
    const [copy = ''] = listFiles(path.join(project.cacheDir, 'files'));
    fs.truncateSync(path.join(project.cacheDir, 'files', copy), 3);
    productionApp(project, {}).afterCompile(project.buildDir);
    expect(readFiles(path.join(project.buildDir, 'static'))).toEqual({ 'media/smart-cache-rewrite/js/app.2cf24dba5f.js': 'hello' });
  });

  test('an app without public/ is built, and served', () => {
    const { root, publicDir } = projectWith({});
    fs.rmSync(publicDir, { recursive: true });
    const project = resolveProject({ root, isApp: true });
    expect(serverManifest(developmentApp(project)).assets).toEqual({});
    expect(serverManifest(productionApp(project, {})).assets).toEqual({});
    expect(console.log).toHaveBeenCalledWith(expect.stringContaining(`there is no ${publicDir}`));
  });

  test('warnings of next build are those that the command line has not said', () => {
    const project = projectWith(DEAD);
    productionApp(project, {}).prepare();
    expect(warned.mock.calls).toEqual([[expect.stringContaining('A reference points to a missing file: public/a.css:1')]]);
    productionApp(project, {}).prepare();
    expect(warned).toHaveBeenCalledTimes(1);
    expect(console.log).toHaveBeenCalledTimes(1);
  });

  test('a warning of next dev is said once, and again after it was mended', () => {
    const project = projectWith(DEAD);
    const edit = (files: Record<string, string>) => {
      writeFiles(project.publicDir, files);
      onChange?.();
    };
    developmentApp(project).prepare();
    edit({ 'b.js': '' });
    expect(warned).toHaveBeenCalledTimes(1);
    edit({ 'no.png': '' });
    fs.rmSync(path.join(project.publicDir, 'no.png'));
    onChange?.();
    expect(warned).toHaveBeenCalledTimes(2);
  });

  test('a dynamic route beside public/ is named once, however often Next asks', () => {
    const project = projectWith({ 'js/app.js': 'hello' });
    writeFiles(project.root, { 'app/js/[name]/page.jsx': '' });
    const app = productionApp(project, {});
    app.rewriteRules?.();
    app.rewriteRules?.();
    expect(warned.mock.calls).toEqual([[expect.stringContaining('the route /js/[name] shares /js')]]);
  });

  test('a build is written down as a deploy when it has ended well, and not before', () => {
    const project = projectWith({ 'js/app.js': 'hello' });
    const isWrittenDown = () => fs.existsSync(path.join(project.cacheDir, 'deploys.json'));
    productionApp(project, {}).afterCompile(project.buildDir);
    expect(isWrittenDown()).toBe(false);
    endBuild?.();
    expect(isWrittenDown()).toBe(true);
  });
});

describe('in development', () => {
  test('a module that others import keeps its plain URL, so that it is not loaded twice', () => {
    const manifest = serverManifest(developmentApp(projectWith({ 'a.js': "import './b.js';", 'b.js': 'export {};' })));
    expect(urlOf(manifest, '/a.js')).toMatch(/^\/a\.[0-9a-f]{10}\.js$/);
    expect(urlOf(manifest, '/b.js')).toBe('/b.js');
  });

  test('a stylesheet names what was edited below it, also if that is new, or as it was again', () => {
    const project = projectWith({ 'a.css': 'a { background: url(old.png), url(new.png) }', 'old.png': '1' });
    jest.spyOn(console, 'warn').mockImplementation(() => {});
    const app = developmentApp(project);
    const reloadsAfter = (files: Record<string, string>) => {
      writeFiles(project.publicDir, files);
      onChange?.();
      return Object.keys(serverManifest(app).reloads?.['/a.css'] ?? {});
    };
    expect(serverManifest(app).reloads).toBeUndefined();
    expect(reloadsAfter({ 'old.png': '2' })).toEqual(['/old.png']);
    expect(reloadsAfter({ 'new.png': '1' })).toEqual(['/old.png', '/new.png']);
    expect(reloadsAfter({ 'old.png': '1' })).toEqual(['/old.png', '/new.png']);
  });

  test('a module is another one below after a module that it imports was gone, which a document may have asked for meanwhile', () => {
    const project = projectWith({ 'a.js': "import './b.js';", 'b.js': 'export {};' });
    jest.spyOn(console, 'warn').mockImplementation(() => {});
    const app = developmentApp(project);
    const stateOf = () => serverManifest(app).loadStates?.['/a.js'];
    expect(stateOf()).toBeUndefined();
    fs.rmSync(path.join(project.publicDir, 'b.js'));
    onChange?.();
    expect(stateOf()).toBeUndefined();
    writeFiles(project.publicDir, { 'b.js': 'export {};' });
    onChange?.();
    expect(stateOf()).toMatch(/^[0-9a-f]{10}$/);
  });
});
