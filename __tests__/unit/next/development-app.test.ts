import fs from 'node:fs';
import path from 'node:path';
import { unpackAssetPaths } from '../../../src/core/render-manifest';
import { noteRendered, sharedGlobals } from '../../../src/core/shared-globals';
import { developmentApp, developmentHeaders, loadingPagesNotifier } from '../../../src/next/development-app';
import { parseRenderModule } from '../../../src/pipeline/render-modules';
import { listFiles } from '../../support/folders';
import { writeFiles } from '../../support/temporary-folder';
import { projectWith } from '../support/project';
import { forgetRendered } from '../support/rendered-at';
import { rewrite } from '../support/rewrites';
import { serverManifest, urlOf } from '../support/smart-cache-app';

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

let warned: jest.SpyInstance;
beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  delete sharedGlobals().newestManifest;
  forgetRendered();
});

test('makes no copies, and puts nothing into .next', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  const app = developmentApp(project);
  app.prepare();
  app.afterCompile(path.join(project.root, '.next'));
  expect(listFiles(path.join(project.root, '.next')).filter((name) => !/scan(-development)?\.json$/.test(name))).toEqual([]);
});

test('notifies loading pages of a change, but not of an event that changes nothing', () => {
  jest.useFakeTimers();
  try {
    const project = projectWith({ 'js/app.js': 'hello' });
    const app = developmentApp(project);
    app.prepare();
    noteRendered();
    const notifications = (event?: () => void) => {
      event?.();
      jest.advanceTimersByTime(2000);
      return [serverManifest(app).renotifications, parseRenderModule(fs.readFileSync(app.modules.client, 'utf8')).renotifications];
    };
    expect(notifications(onChange)).toEqual([undefined, undefined]);
    fs.writeFileSync(path.join(project.publicDir, 'js/app.js'), '');
    expect(notifications(onChange)).toEqual([1, 1]);
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

test('follows every change of the app source, and lets the pages that it renders know', () => {
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

test('a change of the app source keeps the latest hashes of public/', () => {
  const project = projectWith({ 'js/app.js': 'hello' });
  const app = developmentApp(project);
  app.prepare();
  fs.writeFileSync(path.join(project.publicDir, 'js/app.js'), '');
  onChange?.();
  onSourceChange?.();
  expect(urlOf(serverManifest(app), '/js/app.js')).toBe('/js/app.e3b0c44298.js');
});

test('prints nothing', () => {
  developmentApp(projectWith({ 'js/app.js': 'hello' })).prepare();
  expect(console.log).not.toHaveBeenCalled();
});

test('under static delivery, development adds no rewrite either, whatever routes the app has', () => {
  const project = projectWith({ 'js/app.js': 'hello' }, { delivery: 'static' });
  writeFiles(project.root, { 'app/js/[name]/page.jsx': '', 'app/js/x.0123456789.js/route.js': '' });
  const development = developmentApp(project);
  expect(urlOf(serverManifest(development), '/js/app.js')).toBe('/js/app.js?hash=2cf24dba5f');
  expect(development.rewriteRules).toBeUndefined();
});

test('a module that others import keeps its plain URL, so that it is not loaded twice', () => {
  const manifest = serverManifest(developmentApp(projectWith({ 'a.js': "import './b.js';", 'b.js': 'export {};' })));
  expect(urlOf(manifest, '/a.js')).toMatch(/^\/a\.[0-9a-f]{10}\.js$/);
  expect(urlOf(manifest, '/b.js')).toBe('/b.js');
});

test('a stylesheet lists the edited files that it loads, also new ones and reverted ones', () => {
  const project = projectWith({ 'a.css': 'a { background: url(old.png), url(new.png) }', 'old.png': '1' });
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

test('a module changes its state after a module that it imports was gone, since an open page may have requested it meanwhile', () => {
  const project = projectWith({ 'a.js': "import './b.js';", 'b.js': 'export {};' });
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

test('a warning appears once, and again if its cause comes back', () => {
  const project = projectWith({ 'a.css': 'a { background: url(no.png) }' });
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

test('the files come from this server, without a checksum that would block an edited file', () => {
  const options = { cdnPrefix: 'https://cdn.example.com', integrity: true, onMissing: 'warn' } as const;
  expect(serverManifest(developmentApp(projectWith({ 'js/app.js': 'hello' }, options, { basePath: '/docs' })))).toEqual({
    basePath: '/docs',
    onMissing: 'warn',
    assets: { '/js/app.js': '/docs/js/app.2cf24dba5f.js' },
  });
});

describe('the headers', () => {
  test.each<[url: string, cacheControl: string | undefined]>([
    ['/img/logo.svg', 'no-cache'],
    ['/js/app.46fb7aa72a.js', 'no-cache'],
    ['/robots.txt', 'no-cache'],
    ['/font/text.woff2', 'no-store'],
    ['/font/text.TTF', 'no-store'],
    ['/', undefined],
    ['/about', undefined],
    ['/v1.2/about', undefined],
    ['/_next/static/chunks/main.js', undefined],
    ['/_next/static/media/text.woff2', undefined],
    ['/cdn/_next/static/media/text.woff2', undefined],
    ['/__nextjs_font/geist-latin.woff2', undefined],
  ])('%s: %s', (url, cacheControl) => {
    const matching = developmentHeaders().filter(({ source }) => rewrite([{ source, destination: '/found' }], url) !== undefined);
    expect(matching.at(-1)?.headers).toEqual(cacheControl && [{ key: 'Cache-Control', value: cacheControl }]);
  });

  test('match paths without a locale, since files have none', () => {
    expect(developmentHeaders().map(({ locale }) => locale)).toEqual([false, false]);
  });
});

describe('the notifier of loading pages', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function setUp() {
    const notify = jest.fn();
    return { notify, edit: loadingPagesNotifier(notify) };
  }

  test('notifies once after an edit soon after a page was rendered', () => {
    const { notify, edit } = setUp();
    noteRendered();
    jest.advanceTimersByTime(5000);
    edit();
    jest.advanceTimersByTime(1999);
    expect(notify).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(notify).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(60_000);
    expect(notify).toHaveBeenCalledTimes(1);
  });

  test('notifies of the last of several edits, also if the page has been open for a while by then', () => {
    const { notify, edit } = setUp();
    noteRendered();
    for (let count = 0; count < 6; count++) {
      edit();
      jest.advanceTimersByTime(1500);
    }
    expect(notify).not.toHaveBeenCalled();
    jest.advanceTimersByTime(500);
    expect(notify).toHaveBeenCalledTimes(1);
  });

  test('waits while another page loads', () => {
    const { notify, edit } = setUp();
    noteRendered();
    edit();
    jest.advanceTimersByTime(1500);
    noteRendered();
    jest.advanceTimersByTime(1999);
    expect(notify).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(notify).toHaveBeenCalledTimes(1);
  });

  test('does not wait forever if pages are rendered all the time', () => {
    const { notify, edit } = setUp();
    noteRendered();
    edit();
    for (let elapsed = 0; elapsed < 12_000; elapsed += 1000) {
      jest.advanceTimersByTime(1000);
      noteRendered();
    }
    expect(notify).toHaveBeenCalledTimes(1);
  });

  test('reports a failure, and tries again after the next edit', () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { notify, edit } = setUp();
    notify.mockImplementationOnce(() => {
      throw new Error('the disk is full');
    });
    for (let count = 0; count < 2; count++) {
      noteRendered();
      edit();
      jest.advanceTimersByTime(2000);
    }
    expect(notify).toHaveBeenCalledTimes(2);
    expect(said.mock.calls).toEqual([['next-smart-cache: the disk is full']]);
    said.mockRestore();
  });

  test.each([
    ['if no page was rendered', () => {}],
    ['if the last page has been open for a while', noteRendered],
  ])('does not notify %s', (_, before) => {
    const { notify, edit } = setUp();
    before();
    jest.advanceTimersByTime(5001);
    edit();
    jest.advanceTimersByTime(60_000);
    expect(notify).not.toHaveBeenCalled();
  });

  test('does not keep the process alive', () => {
    const { edit } = setUp();
    noteRendered();
    const started = jest.spyOn(global, 'setTimeout');
    edit();
    expect(started.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
  });
});
