import fs from 'node:fs';
import path from 'node:path';
import { writeFiles } from '../support/temporary-folder';
import { appWith, compile, type InstalledPackage, installPackage, type Run, run } from './installed-package';

let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
});

const CLEAN: Run = { status: 0, stdout: '', stderr: '' };
const DECLARATION = 'smart-cache-env.d.ts';

/** An app for which `next-smart-cache build` has run. */
function builtApp(files: Readonly<Record<string, string>>): string {
  const cwd = appWith(installed, files);
  fs.mkdirSync(path.join(cwd, 'public'), { recursive: true });
  expect(run(installed.bin, ['build'], { cwd })).toMatchObject({ status: 0 });
  return cwd;
}

const PUBLIC = {
  'public/js/application.js': '',
  'public/css/site.css': '',
  'public/flags/de.svg': '',
  'public/flags/fr.svg': '',
  'public/my photo.jpg': '',
  'public/robots.txt': '',
};

/** Lists valid code, and invalid code after `@ts-expect-error`. */
const CALLS = `
  import { asset, type AssetPath, type AssetUrl } from 'next-smart-cache';
  declare const anything: string;
  declare const known: AssetPath;
  declare const country: 'de' | 'fr';
  declare const other: 'de' | 'it';
  declare const isDark: boolean;

  asset('/js/application.js') satisfies string;
  asset('/robots.txt');
  asset('/my photo.jpg');
  asset('/my%20photo.jpg');
  asset('/js/application.js?v=1');
  asset('/js/application.js#top');
  asset('/js/application.js?v=1#top');
  asset('/js/application.js#top?');
  asset(\`/js/application.js?v=\${anything}\`);
  asset('https://example.com/a.js');
  asset('http://example.com/a.js');
  asset('//example.com/a.js');
  asset('data:text/css,');
  asset('blob:https://example.com/1');
  asset('#top');
  asset(\`https://\${anything}\`);
  asset(isDark ? '/css/site.css' : 'https://example.com/site.css');
  asset(isDark ? '/css/site.css?dark' : '/css/site.css');
  asset(\`/flags/\${country}.svg\`);
  asset(\`/flags/\${anything}.svg\` as AssetPath);
  asset(known);
  (['/js/application.js', '/css/site.css'] as const).map((each) => asset(each));
  (['/js/application.js', '/css/site.css'] as const).map(asset);
  const urls: AssetUrl[] = ['/css/site.css', 'https://example.com/site.css'];
  urls.map((each) => asset(each));
  function flag<Country extends 'de' | 'fr', Path extends AssetPath>(code: Country, path: Path) {
    return asset(\`/flags/\${code}.svg\`) + asset(path);
  }
  flag('de', '/css/site.css');

  // @ts-expect-error
  asset('/js/aplication.js');
  // @ts-expect-error
  asset('/js/Application.js');
  // @ts-expect-error
  asset('/js/aplication.js?v=1');
  // @ts-expect-error
  asset('/js/aplication.js#top');
  // @ts-expect-error
  asset(\`/js/aplication.js?v=\${anything}\`);
  // @ts-expect-error
  asset('js/application.js');
  // @ts-expect-error
  asset('/js/application.js/');
  // @ts-expect-error
  asset('');
  // @ts-expect-error
  asset(anything);
  // @ts-expect-error
  asset(\`/flags/\${anything}.svg\`);
  // @ts-expect-error
  asset(\`/flags/\${other}.svg\`);
  // @ts-expect-error
  asset(isDark ? '/css/site.css' : '/css/dark.css');
  // @ts-expect-error
  asset(isDark ? '/css/site.css?dark' : '/css/dark.css?dark');
  // @ts-expect-error
  '/js/aplication.js' satisfies AssetPath;
  // @ts-expect-error
  '/js/aplication.js' satisfies AssetUrl;
`;

const PAGE = `
  import { type AssetPath, CachedScript, type CachedScriptProps, CachedStyle, type CachedStyleProps } from 'next-smart-cache';
  import { type ComponentProps, createRef } from 'react';
  declare const anything: string;
  declare const country: 'de' | 'fr';

  const Own = (props: CachedScriptProps) => <CachedScript {...props} />;
  const Same = (props: ComponentProps<typeof CachedStyle>) => <CachedStyle {...props} />;
  const style: CachedStyleProps = { href: '/css/site.css' };

  export const page = (
    <>
      <CachedScript src="/js/application.js" data-domain="example.com" ref={createRef<HTMLScriptElement>()} />
      <CachedScript src="/js/application.js?v=1" strategy="lazyOnload" />
      <CachedScript src="https://example.com/a.js" />
      <CachedScript src={\`/flags/\${country}.svg\`} />
      <CachedScript src={\`/js/\${anything}.js\` as AssetPath} />
      <CachedStyle href="/css/site.css" media="print" ref={createRef<HTMLLinkElement>()} />
      <CachedStyle href="/css/site.css#top" />
      <CachedStyle href="//example.com/a.css" />
      <CachedStyle {...style} />
      <Own src="https://example.com/a.js" />
      <Same href="/css/site.css" />
      {/* @ts-expect-error */}
      <CachedScript src="/js/aplication.js" />
      {/* @ts-expect-error */}
      <CachedScript src="/js/aplication.js?v=1" />
      {/* @ts-expect-error */}
      <CachedScript src={\`/js/\${anything}.js\`} />
      {/* @ts-expect-error */}
      <CachedScript src="/js/application.js" strategy="sometime" />
      {/* @ts-expect-error */}
      <CachedScript />
      {/* @ts-expect-error */}
      <CachedStyle href="/css/sight.css" />
      {/* @ts-expect-error */}
      <CachedStyle href={anything} />
      {/* @ts-expect-error */}
      <CachedStyle href="/css/site.css" rel="preload" />
      {/* @ts-expect-error */}
      <Own src="/js/aplication.js" />
      {/* @ts-expect-error */}
      <Same href="/css/sight.css" />
    </>
  );
`;

/** The code that compiles without the declaration. */
const ANY_STRING = `
  import { asset, type AssetPath, CachedScript, CachedStyle } from 'next-smart-cache';
  declare const anything: string;
  asset('/js/aplication.js');
  asset(anything);
  asset(\`/flags/\${anything}.svg\`);
  const path: AssetPath = anything;
  export const page = <><CachedScript src={path} /><CachedScript src="/x.js" /><CachedStyle href={anything} /></>;
`;

describe.each<[string, packageType: 'module' | 'commonjs', Record<string, string>]>([
  ['a bundler', 'module', { module: 'esnext', moduleResolution: 'bundler' }],
  ['a bundler, without "type": "module"', 'commonjs', { module: 'esnext', moduleResolution: 'bundler' }],
  ['node16', 'module', { module: 'node16' }],
  ['nodenext, without "type": "module"', 'commonjs', { module: 'nodenext' }],
  ['Server Components', 'module', { module: 'nodenext', customConditions: 'react-server' }],
])('asset paths are types with %s', (_, type, { customConditions, ...options }) => {
  const settings = { ...options, ...(customConditions && { customConditions: [customConditions] }) };
  const packageJson = { 'package.json': JSON.stringify({ type }) };

  test('in ESM, CommonJS and JSX', () => {
    const cwd = builtApp({ ...packageJson, ...PUBLIC, 'esm.mts': CALLS, 'commonjs.cts': CALLS, 'page.tsx': PAGE });
    expect(compile(cwd, settings)).toEqual(CLEAN);
  });

  test('until the declaration file is gone: then every string is one', () => {
    const cwd = builtApp({ ...packageJson, ...PUBLIC, 'page.tsx': ANY_STRING });
    expect(compile(cwd, settings)).toMatchObject({ status: 1, stdout: expect.stringContaining('page.tsx(4,9): error') });
    fs.rmSync(path.join(cwd, DECLARATION));
    expect(compile(cwd, settings)).toEqual(CLEAN);
  });
});

test('the compiler names the wrong path and the likely one', () => {
  const use = "import { asset, CachedScript } from 'next-smart-cache';\n";
  const cwd = builtApp({
    ...PUBLIC,
    'call.ts': `${use}asset('/js/aplication.js');\n`,
    'page.tsx': `${use}export default () => <CachedScript src="/js/aplication.js" />;\n`,
  });
  const { stdout } = compile(cwd);
  const message = (file: string) => stdout.slice(stdout.indexOf(file)).split(/\n(?=\S)/)[0];
  expect(message('call.ts(2,7)')).toContain(`'"/js/aplication.js"' is not assignable to parameter of type 'AssetUrl'`);
  expect(message('page.tsx(2,36)')).toContain(`Did you mean '"/js/application.js"'?`);
});

test('an empty public/ leaves only URLs of other sites', () => {
  const use = `
    import { asset } from 'next-smart-cache';
    asset('https://example.com/a.js');
    // @ts-expect-error
    asset('/js/application.js');
    // @ts-expect-error
    asset('/js/application.js?v=1');
  `;
  expect(compile(builtApp({ 'use.ts': use }))).toEqual(CLEAN);
});

test('every file name becomes a valid type', () => {
  const names = [
    `it's "quoted".js`,
    'line\nbreak.js',
    'tab\t.js',
    '`$' + '{x}`.js',
    '\u2028\u2029.js',
    'größe 🦔 الصورة.png',
    '50% off.png',
    'a?b#c.png',
  ];
  const stable = ['.back\\slash', '.well-known/x'];
  const all = [...names, ...stable].map((name) => `/${name}`);
  const cwd = builtApp(Object.fromEntries(all.map((name) => [`public${name}`, ''])));
  writeFiles(cwd, {
    'use.ts': `
      import { asset, type AssetPath } from 'next-smart-cache';
      const all = ${JSON.stringify(all)} as const;
      all.map((each) => asset(each));
      // The declaration holds these names, a second spelling of some, and no others.
      type Others = Exclude<AssetPath, (typeof all)[number] | \`\${string}%\${string}\`>;
      const none: [Others] extends [never] ? true : Others = true;
      asset('/50%25%20off.png');
      asset('/a%3Fb%23c.png');
      // @ts-expect-error
      asset('/it');
      // @ts-expect-error
      asset('/.back/slash');
    `,
  });
  expect(compile(cwd, { skipLibCheck: false })).toEqual(CLEAN);
});
