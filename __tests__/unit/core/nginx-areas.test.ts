import { findNginxAreas } from '../../../src/core/nginx-areas';
import { writeNginxExport, writeNginxSite } from '../../../src/core/nginx-config';
import type { BuiltSite } from '../../../src/core/site-rules';

const STORE = 'media/smart-cache-rewrite';
const SETTINGS = { assetPrefix: '', hashLength: 10 };
const CHUNK = 'chunks/main-1.js';
const FILES = [CHUNK, `${STORE}/css/site.0123456789.css`, `${STORE}/members/a.0123456789.pdf`];

/** The rewrite of ours, as Next writes it down. */
const OURS = {
  source: '/:path(…)',
  regex: '^(?:/((?:css|members|js)/.+))(?:/)?$',
  destination: '/_next/static/media/smart-cache-rewrite/:path',
};

function site(parts: Partial<BuiltSite> = {}): BuiltSite {
  return {
    buildId: 'id',
    staticFiles: FILES,
    basePath: '',
    locales: [],
    matchers: [],
    redirects: [],
    headers: [],
    beforeFiles: [OURS],
    ...parts,
  };
}

const header = (source: string, regex: string, key: string, value: string, rest: object = {}) => ({
  source,
  regex,
  headers: [{ key, value }],
  ...rest,
});

const leftOf = (parts: Partial<BuiltSite>, settings = SETTINGS) => findNginxAreas(site(parts), settings).left.map(({ path }) => path);

test('all areas of a plain site are one group', () => {
  expect(findNginxAreas(site(), SETTINGS)).toEqual({
    groups: [
      {
        headers: [],
        areas: [
          { kind: 'chunks', folder: 'chunks' },
          { kind: 'rewrite', folder: 'css' },
          { kind: 'rewrite', folder: 'members' },
        ],
      },
    ],
    left: [],
  });
});

describe('Next keeps a folder', () => {
  const matcher = (regexp: string) => ({ matchers: [{ regexp, originalSource: 'source' }] });
  test.each<[why: string, parts: Partial<BuiltSite>, left: string[]]>([
    ['that the proxy guards', matcher('^/members/.*$'), ['/members/']],
    ['of which the proxy guards one file', matcher('^/members/a\\.[^/]+$'), ['/members/']],
    ['that the proxy guards in another case', matcher('^/MEMBERS/.*$'), ['/members/']],
    ['that the proxy guards for some requests', { matchers: [{ regexp: '^/members/.*$', originalSource: 's', has: [] }] }, ['/members/']],
    ['with the default locale in front', { ...matcher('^/en/members/.*$'), locales: ['en'] }, ['/members/']],
    [
      'below the basePath',
      { ...matcher('^/docs/members/.*$'), basePath: '/docs', beforeFiles: [{ ...OURS, regex: '^/docs/(?:css|members)/.*$' }] },
      ['/members/'],
    ],
    ['if the proxy sees every request', matcher('^/.*$'), ['/_next/static/chunks/', '/css/', '/members/']],
    ['that a redirect of the app matches', { redirects: [{ source: 's', regex: '^/css/.*$' }] }, ['/css/']],
    ['in which another rewrite comes first', { beforeFiles: [{ source: 's', regex: '^/css/.*$', destination: '/x' }, OURS] }, ['/css/']],
    ['in which no rewrite of ours matches', { beforeFiles: [{ ...OURS, regex: '^/css/.*$' }] }, ['/members/']],
    ['whose headers depend on the request', { headers: [header('s', '^/css/.*$', 'a', 'b', { has: [] })] }, ['/css/']],
    ['whose headers hold a parameter', { headers: [header('/css/:file', '^/css/.*$', 'a', '/x/:file')] }, ['/css/']],
    ['whose headers nginx cannot write', { headers: [header('s', '^/css/.*$', 'a', 'costs $5')] }, ['/css/']],
    [
      'that has a longer header than nginx reads',
      { headers: [header('s', '^/css/.*$', 'content-security-policy', `img-src ${'https://example.com/ '.repeat(250)}`)] },
      ['/css/'],
    ],
    ['that gets another type', { headers: [header('s', '^/css/.*$', 'Content-Type', 'text/plain')] }, ['/css/']],
    ['that gets a cookie', { headers: [header('s', '^/css/.*$', 'set-cookie', 'a=b')] }, ['/css/']],
    [
      'of chunks whose caching the app decides',
      { headers: [header('s', '^/_next/.*$', 'cache-control', 'no-store')] },
      ['/_next/static/chunks/'],
    ],
    [
      'whose files have different headers',
      { staticFiles: [...FILES, `${STORE}/css/z.0123456789.css`], headers: [header('s', '^/css/z\\..*$', 'a', 'b')] },
      ['/css/'],
    ],
  ])('%s', (_, parts, left) => {
    expect(leftOf(parts).sort()).toEqual([...left].sort());
  });

  test('but not for a redirect of its own, which only takes a slash away', () => {
    expect(leftOf({ redirects: [{ source: '/:path+/', regex: '^/.*$', internal: true }] })).toEqual([]);
  });

  test('but not for the rewrite that Next adds for an assetPrefix', () => {
    const beforeFiles = [{ source: '/cdn/_next/:path+', regex: '^/cdn/_next/.*$', destination: '/_next/:path+' }, OURS];
    expect(leftOf({ beforeFiles }, { ...SETTINGS, assetPrefix: '/cdn' })).toEqual([]);
    expect(
      leftOf(
        { beforeFiles: [{ ...beforeFiles[0], source: '/c/:path+' } as (typeof beforeFiles)[0], OURS] },
        { ...SETTINGS, assetPrefix: '/cdn' },
      ),
    ).toEqual(['/_next/static/chunks/']);
  });
});

test('groups areas by the headers that the app sets, except caching headers of hashed URLs', () => {
  const headers = [
    header('/:path*', '^/.*$', 'X-All', '1'),
    header('/css/:path*', '^/css/.*$', 'x-all', '2'),
    header('/css/:path*', '^/css/.*$', 'Cache-Control', 'public, max-age=5'),
    header('ours', '^/.*$', 'ETag', 'W/":hash.0123456789"'),
  ];
  const { groups, left } = findNginxAreas(site({ headers }), SETTINGS);
  expect(groups.map((group) => [group.headers, group.areas.map(({ folder }) => folder)])).toEqual([
    [[['X-All', '1']], ['chunks', 'members']],
    [[['x-all', '2']], ['css']],
  ]);
  expect(left).toEqual([]);
});

test('ignores files that Next does not serve as immutable, or whose type nginx does not know', () => {
  const staticFiles = [
    'service-worker/sw.js',
    'id/_buildManifest.js',
    `${STORE}/odd/a.0123456789.xyz`,
    // This file belongs to an older deploy with longer hashes.
    `${STORE}/odd/a.0123456789ab.css`,
  ];
  expect(findNginxAreas(site({ staticFiles }), SETTINGS)).toEqual({ groups: [], left: [] });
});

const written = (parts: Partial<BuiltSite>) => {
  const built = site(parts);
  return writeNginxSite({
    ...built,
    ...SETTINGS,
    ...findNginxAreas(built, SETTINGS),
    staticDir: '/srv/app/.next/static',
    compressedDir: undefined,
  });
};

test('the configuration is as long for ten thousand files as for two', () => {
  const filesOf = (count: number) => Array.from({ length: count }, (_, index) => `${STORE}/css/file-${index}/a.0123456789.css`);
  expect(written({ staticFiles: filesOf(10_000) })).toBe(written({ staticFiles: filesOf(2) }));
});

test.each(['ünï', '(.!)(.!)(.!)'])('more folders like %s than a list holds are left to Next, so that nginx can read every line', (name) => {
  const staticFiles = Array.from({ length: 500 }, (_, index) => `media/smart-cache/${name} ${index}/a.0123456789.css`);
  const { groups, left } = findNginxAreas(site({ staticFiles }), SETTINGS);
  expect([groups[0]?.areas.length, left.length]).toEqual([expect.any(Number), 500 - (groups[0]?.areas.length ?? 0)]);
  expect(left[0]?.reason).toBe('there are too many folders to list them all');
  const rules = written({ staticFiles })
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(Math.max(...rules.map((line) => line.length))).toBeLessThan(4000);
});

describe('the text', () => {
  test.each(['media/smart-cache-rewrite/members/', 'media//smart-cache-rewrite/members/', 'media/Smart-Cache/members/'])(
    'finds no file of a store as one of Next: %s',
    (folder) => {
      const text = written({ staticFiles: ['media/logo.123.png'] });
      const pattern = /^if \(\$uri ~ "(.+)"\)/m.exec(text)?.[1] ?? '';
      // JavaScript has no flags inside of a pattern.
      const matcher = new RegExp(pattern.replace('(?i:', '(?:'), pattern.includes('(?i:') ? 'i' : '');
      expect(matcher.test('/_next/static/media/logo.123.png')).toBe(true);
      expect(matcher.test(`/_next/static/${folder}a.0123456789.pdf`)).toBe(false);
    },
  );

  test('lets no "expires" of the server block add a second Cache-Control', () => {
    const texts = [written({}), writeNginxExport({ exportDir: '/srv/out', basePath: '' })];
    for (const text of texts) expect(text.split('expires off;').length).toBe(text.split('  types {').length);
  });

  test('has nothing for /_next/static without the basePath, where another app may answer', () => {
    const lines = written({ basePath: '/docs', beforeFiles: [{ ...OURS, regex: '^/docs/(?:css|members)/.*$' }] }).split('\n');
    const patterns = lines.flatMap((line) => /^if \(\$uri ~ "\^(.+?)\(\?</.exec(line)?.[1] ?? []);
    expect(patterns).toEqual(['/docs/_next/static/', '/docs/']);
  });

  test('names no sign that means something to nginx', () => {
    const staticFiles = [`${STORE}/css/a "b" $c;{d}\n#/a.0123456789.css`, `${STORE}/$x;{"\n#/a.0123456789.css`];
    const text = written({ staticFiles, beforeFiles: [{ ...OURS, regex: '^/' }] });
    expect(text).toContain('(?:\\x24x\\x3B\\x7B\\x22\\x0A\\x23|css)/.+');
    // One line for each directive and comment: the line break in the name has made no other.
    expect(text.split('\n').every((line) => /^(?:#.*|set .*;|if .*\}|location .*\{| {2}(?:#.*|.*[;}])|\}|)$/.test(line))).toBe(true);
  });

  test('keeps the line breaks of a folder out of the comments', () => {
    const staticFiles = [`${STORE}/a\ninclude x;/a.0123456789.css`];
    const text = written({ staticFiles, matchers: [{ regexp: '.', originalSource: 'b\nc' }] });
    expect(text).toContain('# Left to Next: /a\\u{a}include x;/, since the proxy sees its requests (matcher b\\u{a}c).');
  });

  test('quotes a folder, and refuses one that nginx would misread', () => {
    const exportTo = (exportDir: string, basePath = '') => writeNginxExport({ exportDir, basePath });
    expect(exportTo('/srv/a "b"\\c;{#}')).toContain('root "/srv/a \\"b\\"\\\\c;{#}/";');
    for (const name of ['/srv/$app', '/srv/a\nb', '/srv/a\0'])
      expect(() => exportTo(name)).toThrow(/cannot be written in a configuration of nginx[\s\S]*Fix: rename the folder/);
    for (const basePath of ['/a b', '/caf%C3%A9', '/a"', '/$a', 'a'])
      expect(() => exportTo('/srv', basePath)).toThrow(/basePath of next.config/);
  });
});
