import fs from 'node:fs';
import path from 'node:path';
import { type Comment, parse } from 'acorn';
import { listFiles } from '../support/folders';
import { temporaryFolder } from '../support/temporary-folder';
import {
  appWith,
  compile,
  evaluate,
  type InstalledPackage,
  installPackage,
  linkDependencies,
  PACKAGE_JSON,
  type Run,
  run,
} from './installed-package';

let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
});

const app = (files: Readonly<Record<string, string>>) => appWith(installed, files);

/** Pages that only readers of the repository need. */
const LEFT_OUT = ['docs/PERFORMANCE.md'];

describe('the published package', () => {
  test.each(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'AGENTS.md', 'llms.txt'])('includes %s', (file) => {
    expect(installed.files).toContain(file);
  });

  test('is built code with its types, the docs, and nothing else', () => {
    const others = installed.files.filter((file) => !/^dist\/(?:cjs|esm)\/.+(?:\.c?js|\.d\.c?ts)$|^docs\/.+\.md$/.test(file));
    expect(others).toEqual(['AGENTS.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'dist/cjs/package.json', 'llms.txt', 'package.json']);
  });

  test.each(['README.md', 'AGENTS.md', 'llms.txt'])(
    'has every page that %s links to, but for those of maintainers and the one with plots',
    (name) => {
      const text = fs.readFileSync(path.join(installed.dir, name), 'utf8');
      const pages = new Set([...text.matchAll(/\]\(([^):#]+\.md)/g)].map(([, page]) => page));
      const missing = [...pages].filter((page = '') => !installed.files.includes(page));
      expect(pages.size - missing.length).toBeGreaterThan(2);
      const isLeftOut = (page: string) =>
        LEFT_OUT.includes(page) || fs.readFileSync(page, 'utf8').includes('\nThis page is for maintainers.');
      expect(missing.filter((page = '') => !isLeftOut(page))).toEqual([]);
    },
  );

  test('has no tests and no leftovers of a build', () => {
    expect(installed.files.filter((file) => /test|tsbuildinfo|\.tmp|\.tgz/i.test(file))).toEqual([]);
  });

  test('is at most 250 kB packed', () => {
    expect(installed.packedSize).toBeGreaterThan(50_000);
    expect(installed.packedSize).toBeLessThanOrEqual(250_000);
  });

  test('has the types of its entries, and none of its internals', () => {
    const types = installed.files.filter((file) => /\.d\.c?ts$/.test(file));
    expect(types).toContain('dist/cjs/core/options.d.ts');
    expect(types.filter((file) => /^dist\/cjs\/(?:cli|app-source|disk|pipeline\/.+)\//.test(file))).toEqual([]);
    expect(types.filter((file) => /^dist\/esm\/.+\//.test(file))).toEqual([]);
  });

  test('has scripts without comments, except those that bundlers read, and declarations with theirs', () => {
    const read = (file: string) => fs.readFileSync(path.join(installed.dir, file), 'utf8');
    const comments: Comment[] = [];
    for (const file of installed.files.filter((name) => /\.c?js$/.test(name))) {
      const sourceType = file.startsWith('dist/esm/') ? 'module' : 'script';
      parse(read(file), { ecmaVersion: 'latest', sourceType, onComment: comments });
    }
    expect(new Set(comments.map(({ value }) => value.trim()))).toEqual(new Set(['@__PURE__', '/usr/bin/env node']));
    expect(read('dist/esm/jsx-dev-runtime.js')).toContain('/* @__PURE__ */');
    expect(read('dist/cjs/core/options.d.ts')).toContain('/**');
  });

  test('takes at most 20 packages and 8 MB, with what it depends on', () => {
    const lock = JSON.parse(fs.readFileSync(path.resolve('package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean; peer?: boolean; optional?: boolean }>;
    };
    const dependencies = Object.entries(lock.packages)
      .filter(([folder, { dev, devOptional, peer, optional }]) => folder !== '' && !(dev || devOptional || peer || optional))
      .map(([folder]) => path.resolve(folder));
    expect(dependencies.length).toBeGreaterThan(10);
    expect(dependencies.length + 1).toBeLessThanOrEqual(20);
    expect([installed.dir, ...dependencies].reduce((sum, folder) => sum + sizeOf(folder), 0)).toBeLessThan(8_000_000);
  });
});

/** Adds up the sizes of all files below a folder, in bytes. */
function sizeOf(folder: string): number {
  return listFiles(folder).reduce((sum, file) => sum + fs.statSync(path.join(folder, file)).size, 0);
}

/** Every file that the `exports` of package.json name, under any condition. */
function targetsOf(exported: unknown): string[] {
  return typeof exported === 'string' ? [exported] : Object.values(exported as object).flatMap(targetsOf);
}
const ENTRIES = Object.keys(PACKAGE_JSON.exports).filter((entry) => entry !== './package.json');

describe('the entries', () => {
  const names = (format: 'module' | 'commonjs', flags: string[] = [], entries = ENTRIES): Record<string, string[]> => {
    const load = format === 'module' ? 'await import' : 'require';
    const lines = entries.map((entry) => {
      const request = JSON.stringify(entry.replace('.', 'next-smart-cache'));
      return `names[${request}] = Object.keys(${load}(${request})).sort();`;
    });
    const script = ['const names = {};', ...lines, 'console.log(JSON.stringify(names));'].join('\n');
    return evaluate(installed.root, format, script, { flags }) as Record<string, string[]>;
  };

  test('are those that the design names', () => {
    expect(Object.keys(PACKAGE_JSON.exports)).toEqual([
      '.',
      './config',
      './build',
      './server',
      './jsx-runtime',
      './jsx-dev-runtime',
      './postcss',
      './manifest',
      './client-manifest',
      './next-image',
      './next-script',
      './package.json',
    ]);
  });

  test('export these names', () => {
    const imported = names('module');
    expect(imported).toMatchInlineSnapshot(`
{
  "next-smart-cache": [
    "CachedImportMap",
    "CachedScript",
    "CachedStyle",
    "SmartCacheError",
    "asset",
    "createElement",
  ],
  "next-smart-cache/build": [
    "SmartCacheError",
    "build",
    "parseManifest",
  ],
  "next-smart-cache/client-manifest": [
    "HotScript",
    "HotStyle",
    "NextScript",
    "manifest",
  ],
  "next-smart-cache/config": [
    "SmartCacheError",
    "withSmartCache",
  ],
  "next-smart-cache/jsx-dev-runtime": [
    "Fragment",
    "jsxDEV",
  ],
  "next-smart-cache/jsx-runtime": [
    "Fragment",
    "jsx",
    "jsxs",
  ],
  "next-smart-cache/manifest": [
    "HotScript",
    "HotStyle",
    "NextScript",
    "manifest",
  ],
  "next-smart-cache/next-image": [
    "hashImage",
    "hashImageProps",
  ],
  "next-smart-cache/next-script": [
    "hashScript",
  ],
  "next-smart-cache/postcss": [
    "default",
  ],
  "next-smart-cache/server": [
    "createStoreHandler",
  ],
}
`);
    expect(names('commonjs')).toEqual({ ...imported, 'next-smart-cache/postcss': ['postcss'] });
  });

  test('are the only paths that can be imported', () => {
    for (const request of ['next-smart-cache/dist/cjs/build.js', 'next-smart-cache/core/errors', 'next-smart-cache/cli']) {
      expect(() => evaluate(installed.root, 'commonjs', `require(${JSON.stringify(request)})`)).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
    }
    expect(evaluate(installed.root, 'commonjs', `console.log(JSON.stringify(require('next-smart-cache/package.json').version))`)).toBe(
      PACKAGE_JSON.version,
    );
  });

  test.each(ENTRIES)('%s points to files that exist, with their types', (entry) => {
    for (const target of targetsOf(PACKAGE_JSON.exports[entry])) {
      const types = target.replace(/\.(c?)js$/, '.d.$1ts');
      expect(installed.files).toEqual(expect.arrayContaining([target, types].map((file) => path.posix.normalize(file))));
    }
  });

  test('config and build share one implementation in ESM and CommonJS', () => {
    const script = `
      import { createRequire } from 'node:module';
      import { withSmartCache } from 'next-smart-cache/config';
      import { build, SmartCacheError } from 'next-smart-cache/build';
      const require = createRequire(process.cwd() + '/');
      const [config, other] = [require('next-smart-cache/config'), require('next-smart-cache/build')];
      console.log(JSON.stringify([withSmartCache === config.withSmartCache, build === other.build, SmartCacheError === config.SmartCacheError]));
    `;
    expect(evaluate(installed.root, 'module', script)).toEqual([true, true, true]);
  });

  // docs/SERVER.md lists the packages to copy into the image of a standalone server.
  test('the server needs no other package than negotiator', () => {
    const script = `
      require('next-smart-cache/server');
      const packages = Object.keys(require.cache).map((file) => /.*[\\\\/]node_modules[\\\\/]([^\\\\/]+)/.exec(file)?.[1]);
      console.log(JSON.stringify([...new Set(packages)].sort()));
    `;
    expect(evaluate(installed.root, 'commonjs', script)).toEqual(['negotiator', 'next-smart-cache']);
  });
});

describe.each<['module' | 'commonjs', (names: string, request: string) => string]>([
  ['module', (names, request) => `import { ${names} } from '${request}';`],
  ['commonjs', (names, request) => `const { ${names} } = require('${request}');`],
])('in plain Node, as %s', (format, load) => {
  test('asset() returns the original path: no app is wired up', () => {
    const script = `${load('asset', 'next-smart-cache')} console.log(JSON.stringify(['/x.js', '/x.js?v=1', 'https://example.com/x.js'].map(asset)));`;
    expect(evaluate(installed.root, format, script)).toEqual(['/x.js', '/x.js?v=1', 'https://example.com/x.js']);
  });

  test('the components render', () => {
    const script = `
      ${load('CachedScript, CachedStyle', 'next-smart-cache')}
      ${load('createElement, Fragment', 'react')}
      ${load('renderToString', 'react-dom/server')}
      const page = createElement(Fragment, null,
        createElement(CachedStyle, { href: '/site.css' }),
        createElement(CachedScript, { src: '/app.js' }),
        createElement(CachedScript, { src: '/late.js', strategy: 'lazyOnload' }));
      console.log(JSON.stringify(renderToString(page)));
    `;
    expect(evaluate(installed.root, format, script)).toBe(
      '<link rel="stylesheet" href="/site.css" data-precedence="default"/><script src="/app.js" async=""></script>',
    );
  });

  test('the package works from a linked folder, as `npm link` makes it', () => {
    const checkout = temporaryFolder();
    fs.cpSync(installed.dir, checkout, { recursive: true });
    linkDependencies(checkout);
    const root = temporaryFolder();
    fs.mkdirSync(path.join(root, 'node_modules'));
    fs.symlinkSync(checkout, path.join(root, 'node_modules/next-smart-cache'));
    expect(evaluate(root, format, `${load('asset', 'next-smart-cache')} console.log(JSON.stringify(asset('/x.js')));`)).toBe('/x.js');
  });

  test('build() writes a manifest', () => {
    const cwd = app({ 'public/js/app.js': 'hello' });
    const script = `
      ${load('build, parseManifest', 'next-smart-cache/build')}
      ${load('readFileSync', 'node:fs')}
      build().then(({ manifest, manifestPath, changed, filesRead }) => {
        const onDisk = parseManifest(readFileSync(manifestPath, 'utf8'), manifestPath);
        console.log(JSON.stringify({ urls: Object.values(manifest.assets).map(({ url }) => url), changed, filesRead, same: JSON.stringify(onDisk) === JSON.stringify(manifest) }));
      });
    `;
    expect(evaluate(cwd, format, script)).toEqual({ urls: ['/js/app.2cf24dba5f.js'], changed: true, filesRead: 1, same: true });
  });
});

describe('the command line', () => {
  const cli = (cwd: string, ...args: string[]) => run(installed.bin, args, { cwd });
  const configure = (options: string) => `withSmartCache({}, ${options})`;

  test('prints its version with --version', () => {
    expect(cli(installed.root, '--version')).toEqual({ status: 0, stdout: `${PACKAGE_JSON.version}\n`, stderr: '' });
  });

  test('ends with exit code 2 on wrong usage', () => {
    expect(cli(installed.root, 'biuld')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Did you mean build?') });
  });

  test.each<[string, Record<string, string>]>([
    [
      'ESM',
      {
        'next.config.mjs': `import { withSmartCache } from 'next-smart-cache/config'; export default ${configure('{ hash: { length: 12 } }')};`,
      },
    ],
    ['CommonJS', { 'next.config.js': `module.exports = require('next-smart-cache/config').${configure('{ hash: { length: 12 } }')};` }],
    [
      'TypeScript',
      {
        'next.config.ts': `import { withSmartCache, type SmartCacheOptions } from 'next-smart-cache/config'; const options: SmartCacheOptions = { hash: { length: 12 } }; export default withSmartCache({}, options);`,
      },
    ],
  ])('builds with the options of a config in %s', (_, config) => {
    const cwd = app({ 'public/a.txt': 'hello', ...config });
    expect(cli(cwd, 'build')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'next-smart-cache: 1 file, 5 B (1 read): wrote .smart-cache/manifest.json\n',
    });
    expect(fs.readFileSync(path.join(cwd, '.smart-cache/manifest.json'), 'utf8')).toContain('"/a.2cf24dba5fb0.txt"');
  });

  test.each<[string, Record<string, string>]>([
    [
      'ESM',
      { 'next.config.mjs': `import { withSmartCache } from 'next-smart-cache/config'; export default ${configure('{ keep: -1 }')};` },
    ],
    ['CommonJS', { 'next.config.js': `module.exports = require('next-smart-cache/config').${configure('{ keep: -1 }')};` }],
    [
      'TypeScript',
      { 'next.config.ts': `import { withSmartCache } from 'next-smart-cache/config'; export default ${configure('{ keep: -1 }')};` },
    ],
  ])('reports an option of the wrong type in %s with a message and no stack', (_, config) => {
    const { status, stdout, stderr } = cli(app({ 'public/a.txt': '', ...config }), 'build', '--json');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      [
        'next-smart-cache: An option of withSmartCache is not valid: keep',
        '  Why: it is -1, but must be a whole number from 0 to 100',
        '  Fix: edit "keep" in the second argument of withSmartCache() in your next.config',
        '  Code: ERR_SMART_CACHE_OPTION_INVALID',
        '  See: node_modules/next-smart-cache/docs/ERRORS.md#err_smart_cache_option_invalid',
        '',
      ].join('\n'),
    );
  });
});

describe('the types', () => {
  const CLEAN: Run = { status: 0, stdout: '', stderr: '' };

  const USE = `
    const options: SmartCacheOptions = {
      include: ['/img/**'], hash: { algorithm: 'md5', length: 8 }, fingerprint: ({ modified }) => modified.toISOString(), keep: 3,
    };
    withSmartCache({ reactStrictMode: true }, options) satisfies NextConfig;
    withSmartCache(async () => ({}))('phase', { defaultConfig: {} }) satisfies NextConfig | Promise<NextConfig>;
    build({ cwd: '.', options }).then(({ manifest }) => manifest.assets['/a.js']?.url satisfies string | undefined);
    asset('/a.js') satisfies string;
    manifest.assets satisfies object;
    [new SmartCacheError('ERR_SMART_CACHE_ASSET_MISSING', { what: '', where: '', why: '', fix: '' }).code satisfies SmartCacheErrorCode];
    [smartCachePostcss()] satisfies Plugin[];
    // @ts-expect-error
    withSmartCache({}, { hash: { algorithm: 'crc32' } });
    // @ts-expect-error
    withSmartCache({}, { inclde: '/img/**' });
    // @ts-expect-error
    asset(1);
  `;
  const IMPORTS = [
    "import type { NextConfig } from 'next';",
    "import type { Plugin } from 'postcss';",
    "import { asset } from 'next-smart-cache';",
    "import { type SmartCacheOptions, withSmartCache } from 'next-smart-cache/config';",
    "import { build, SmartCacheError, type SmartCacheErrorCode } from 'next-smart-cache/build';",
    "import { manifest } from 'next-smart-cache/manifest';",
  ].join('\n');
  const POSTCSS = {
    mts: "import smartCachePostcss from 'next-smart-cache/postcss';",
    cts: "import smartCachePostcss = require('next-smart-cache/postcss');",
  };

  test.each(['mts', 'cts'] as const)('hold in .%s', (extension) => {
    expect(compile(app({ [`use.${extension}`]: `${IMPORTS}\n${POSTCSS[extension]}\n${USE}` }))).toEqual(CLEAN);
  });

  test('hold for the components', () => {
    const page = `
      import { CachedScript, CachedStyle, type CachedScriptProps } from 'next-smart-cache';
      import { createRef } from 'react';
      const props: CachedScriptProps = { src: '/a.js', nonce: 'abc', type: 'module' };
      export const page = (
        <>
          <CachedScript {...props} ref={createRef<HTMLScriptElement>()} data-domain="example.com" />
          <CachedScript src="/a.js" strategy="lazyOnload" onReady={() => {}} />
          <CachedStyle href="/a.css" media="print" precedence="high" ref={createRef<HTMLLinkElement>()} />
          {/* @ts-expect-error */}
          <CachedScript />
          {/* @ts-expect-error */}
          <CachedScript src="/a.js" strategy="sometime" />
          {/* @ts-expect-error */}
          <CachedStyle href="/a.css" rel="preload" />
          {/* @ts-expect-error */}
          <CachedStyle src="/a.css" />
        </>
      );
    `;
    expect(compile(app({ 'page.tsx': page }))).toEqual(CLEAN);
  });

  test('of the JSX runtime are those of React', () => {
    const page = `/** @jsxImportSource next-smart-cache */
      import { createRef, type ReactNode } from 'react';
      import type { JSX } from 'next-smart-cache/jsx-runtime';
      const props: JSX.IntrinsicElements['img'] = { src: '/a.png', alt: '' };
      function Own({ src }: { src: string }): ReactNode { return <img {...props} key={src} src={src} data-no-hash />; }
      export const page = (
        <>
          <video ref={createRef<HTMLVideoElement>()} src="/a.mp4" poster="/a.png" style={{ '--a': 1 } as object} />
          <Own key="a" src="/a.png" />
          {/* @ts-expect-error */}
          <Own />
          {/* @ts-expect-error */}
          <img src={1} />
        </>
      );
    `;
    expect(compile(app({ 'page.tsx': page }))).toEqual(CLEAN);
  });
});

describe('the store of the built package', () => {
  const COUNT = 2000;
  const files = Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => [`public/${index % 7}/${index}.js`, `content ${index % 1500}`]),
  );
  const afterBuild = (then: string) => `
    const { createHash } = require('node:crypto');
    const fs = require('node:fs');
    const { build, SmartCacheError } = require('next-smart-cache/build');
    build()${then};
  `;

  test('holds the bytes that each hash and integrity promise', () => {
    const cwd = app(files);
    const script = afterBuild(`.then(({ manifest, filesRead }) => {
      const store = '.next/cache/next-smart-cache/files/';
      const names = fs.readdirSync(store);
      const copies = new Map(names.filter((name) => name.length === 64).map((name) => [name, fs.readFileSync(store + name, 'utf8')]));
      for (const name of names.filter((name) => name.endsWith('.pack'))) {
        const pack = fs.readFileSync(store + name, 'utf8');
        let end = 0;
        for (const [contentHash, size] of JSON.parse(fs.readFileSync(store + name + '.json', 'utf8')).body.copies) {
          copies.set(contentHash, pack.slice(end, end + size));
          end += size;
        }
      }
      const wrong = Object.entries(manifest.assets).filter(([assetPath, { hash, integrity }]) => {
        const digest = createHash('sha256').update(fs.readFileSync('public' + assetPath)).digest();
        const frozen = copies.get(digest.toString('hex'));
        return hash !== digest.toString('hex').slice(0, 10) || integrity !== 'sha256-' + digest.toString('base64') || frozen !== fs.readFileSync('public' + assetPath, 'utf8');
      });
      console.log(JSON.stringify({ filesRead, assets: Object.keys(manifest.assets).length, wrong, copies: copies.size, files: names.length }));
    })`);
    expect(evaluate(cwd, 'commonjs', script)).toEqual({ filesRead: COUNT, assets: COUNT, wrong: [], copies: 1500, files: 34 });
  });

  test('is not written when a file cannot be read, and the error is a SmartCacheError', () => {
    const cwd = app({ ...files, 'public/secret.js': 'secret' });
    fs.chmodSync(path.join(cwd, 'public/secret.js'), 0o000);
    for (const folder of [cwd, installed.root]) fs.chmodSync(folder, 0o777);
    const script = afterBuild(
      `.catch((error) => console.log(JSON.stringify([error instanceof SmartCacheError, error.code, error.parts.where, fs.existsSync('.smart-cache')])))`,
    );
    const uid = process.getuid?.() === 0 ? { uid: 65534 } : {};
    expect(evaluate(cwd, 'commonjs', script, uid)).toEqual([
      true,
      'ERR_SMART_CACHE_FILE_UNREADABLE',
      path.join(cwd, 'public/secret.js'),
      false,
    ]);
  });
});
