import fs from 'node:fs';
import path from 'node:path';
import { encodeAssetPath } from '../../../src/core/asset-path';
import type { SmartCacheOptions } from '../../../src/core/options';
import { MISSING_ASSETS_FILE, sharedGlobals } from '../../../src/core/shared-globals';
import { developmentApp } from '../../../src/next/development-app';
import { productionApp } from '../../../src/next/production-app';
import type { SmartCacheApp } from '../../../src/next/smart-cache-app';
import { type Project, resolveProject } from '../../../src/pipeline/project';
import { readFiles } from '../../support/folders';
import { projectWith } from '../support/project';
import { rewrite } from '../support/rewrites';
import { rulesOf, serverManifest, urlOf } from '../support/smart-cache-app';

jest.mock('../../../src/pipeline/watcher', () => ({
  ...jest.requireActual<object>('../../../src/pipeline/watcher'),
  watchPublicFolder() {},
  watchSource() {},
}));
// Without it, the tasks for the end of a build run at the end of the tests.
jest.mock('../../../src/next/environment', () => ({
  ...jest.requireActual<object>('../../../src/next/environment'),
  whenBuildSucceeds() {},
}));

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  delete sharedGlobals().newestManifest;
});

/** Enough names that look hashed: the URLs of their folder point to the store directly. */
const VENDOR = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`vendor/lib-${index}.0123456789.js`, '']));
const FILES = { 'js/app.js': 'hello', LICENSE: '', 'my photo.jpg': '', 'robots.txt': '', ...VENDOR };

interface Served {
  /** The bytes that the app serves at a URL, after its rewrites. */
  read(url: string): string | undefined;
}

/** How each app serves files, after Next has compiled. */
const APPS: [name: string, make: (project: Project) => SmartCacheApp, serve: (project: Project, app: SmartCacheApp) => Served][] = [
  [
    'production',
    (project) => productionApp(project, {}),
    (project, app) => {
      app.afterCompile(path.join(project.root, '.next'));
      const stored = readFiles(path.join(project.root, '.next/static'));
      const inPublic = readFiles(project.publicDir);
      const { beforeFiles } = rulesOf(app);
      return {
        read(url) {
          const served = decodeURIComponent(rewrite(beforeFiles, url) ?? url);
          return served.startsWith('/_next/static/') ? stored[served.slice('/_next/static/'.length)] : inPublic[served.slice(1)];
        },
      };
    },
  ],
  [
    'development',
    developmentApp,
    (project, app) => {
      app.afterCompile(path.join(project.root, '.next'));
      const inPublic = readFiles(project.publicDir);
      const { beforeFiles, afterFiles } = rulesOf(app);
      return {
        read(url) {
          const [served = ''] = (rewrite([...beforeFiles, ...afterFiles], url) ?? url).split('?');
          return inPublic[decodeURIComponent(served).slice(1)];
        },
      };
    },
  ],
];

const DELIVERIES: [name: string, options: SmartCacheOptions, output: string | undefined][] = [
  ['rewrite delivery', {}, undefined],
  ['static delivery', { delivery: 'static' }, undefined],
  ['output: export', {}, 'export'],
];

describe.each(APPS)('the app of %s', (name, make, serve) => {
  describe.each(DELIVERIES)('with %s', (_, options, output) => {
    const newApp = () => {
      const project = projectWith(FILES, options, output === undefined ? {} : { output });
      return { project, app: make(project) };
    };

    test('serves the content of each file under the URL that is rendered', () => {
      const { project, app } = newApp();
      const manifest = serverManifest(app);
      const { read } = serve(project, app);
      for (const [assetPath, content] of Object.entries(FILES))
        expect([assetPath, read(urlOf(manifest, `/${assetPath}`))]).toEqual([assetPath, content]);
    });

    test('renders a hashed URL for each file without a fixed name', () => {
      const { project, app } = newApp();
      const manifest = serverManifest(app);
      for (const assetPath of Object.keys(FILES).map((file) => `/${file}`)) {
        // Development has no store that the URLs of such a folder could point to.
        const isPlain = assetPath.startsWith('/vendor/') && name === 'development' && project.delivery === 'rewrite';
        const isHashed = assetPath !== '/robots.txt' && !isPlain;
        expect([assetPath, urlOf(manifest, assetPath) !== encodeAssetPath(assetPath)]).toEqual([assetPath, isHashed]);
      }
    });

    test('has rewrites under rewrite delivery only', () => {
      const { project, app } = newApp();
      expect(app.rewriteRules !== undefined).toBe(project.delivery === 'rewrite');
    });

    test('has no headers under output: export', () => {
      expect(newApp().app.headerRules !== undefined).toBe(output === undefined);
    });

    test('makes rules anew on each call, since Next writes into them', () => {
      const { app } = newApp();
      app.prepare();
      const rules = () => [...rulesOf(app).beforeFiles, ...rulesOf(app).afterFiles, ...(app.headerRules?.([]) ?? [])];
      const before = JSON.stringify(rules());
      for (const rule of rules()) rule.source = '/changed';
      expect(JSON.stringify(rules())).toBe(before);
    });

    test('leaves public/ as it is', () => {
      const { project, app } = newApp();
      app.prepare();
      app.afterCompile(path.join(project.root, '.next'));
      expect(readFiles(project.publicDir)).toEqual(FILES);
    });

    test('writes its modules once, however often it prepares', () => {
      const { app } = newApp();
      app.prepare();
      fs.writeFileSync(app.modules.server, 'changed by the test');
      app.prepare();
      expect(fs.readFileSync(app.modules.server, 'utf8')).toBe('changed by the test');
    });
  });

  test('has an empty manifest without public/', () => {
    const { root, publicDir } = projectWith({});
    fs.rmSync(publicDir, { recursive: true });
    expect(serverManifest(make(resolveProject({ root, isApp: true }))).assets).toEqual({});
  });
});

test('only a build announces its delivery and waits for missing assets when it starts', () => {
  const before = process.env[MISSING_ASSETS_FILE];
  jest.spyOn(process, 'once').mockImplementation(() => process);
  try {
    const project = resolveProject({ root: projectWith({}).root, env: { NETLIFY: 'true' } });
    developmentApp(project).start();
    expect(console.log).not.toHaveBeenCalled();
    productionApp(project, {}).start();
    expect(console.log).toHaveBeenCalledWith(expect.stringContaining('delivery'));
    expect(process.env[MISSING_ASSETS_FILE]).not.toBe(before);
  } finally {
    delete process.env[MISSING_ASSETS_FILE];
    delete sharedGlobals().buildFolders;
    delete sharedGlobals().configChecks;
  }
});
