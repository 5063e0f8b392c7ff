import { listFilesOfStylesheet, listFonts, listStaticModules } from '../../../../src/pipeline/graph/loaded-files';
import { graphOf } from '../../support/references';

const face = (name: string) => `@font-face{src:url(${name}.woff2),url(${name}.woff)}`;
const FONTS = Object.fromEntries(['a', 'b', 'c'].flatMap((name) => [`/${name}.woff2`, `/${name}.woff`]).map((name) => [name, '']));

test.each<[string, files: Record<string, string>, fonts: string[]]>([
  ['its own', { '/site.css': face('a') + face('b') }, ['/a.woff2', '/b.woff2']],
  ['those of the sheets it imports', { '/site.css': `@import "x.css";${face('a')}`, '/x.css': face('b') }, ['/a.woff2', '/b.woff2']],
  ['each once', { '/site.css': `@import "x.css";${face('a')}${face('a')}`, '/x.css': face('a') }, ['/a.woff2']],
  [
    'of sheets that import each other',
    { '/site.css': `@import "x.css";${face('a')}`, '/x.css': `@import "site.css";${face('b')}` },
    ['/a.woff2', '/b.woff2'],
  ],
  ['not one that public/ lacks', { '/site.css': face('missing') }, []],
  ['no image', { '/site.css': 'a{b:url(a.woff2)}' }, []],
])('lists the fonts of a stylesheet: %s', (_, files, fonts) => {
  expect(listFonts(graphOf({ ...FONTS, ...files }), '/site.css')).toEqual(fonts);
});

test('lists the images and fonts of a stylesheet and of the sheets that it imports, but not those sheets', () => {
  const files = {
    '/site.css': `@import "x.css";${face('a')}a{b:url(a.png);c:image-set("a.png" 1x,"b.png" 2x)}`,
    '/x.css': `@import "site.css";a{b:url(c.png)}`,
  };
  const images = { '/a.png': '', '/b.png': '', '/c.png': '', '/other.png': '' };
  const loaded = ['/a.woff2', '/a.woff', '/a.png', '/b.png', '/c.png'];
  expect(listFilesOfStylesheet(graphOf({ ...FONTS, ...images, ...files }), '/site.css')).toEqual(loaded);
});

test.each<[string, files: Record<string, string>, modules: string[]]>([
  [
    'in the order in which they are met',
    { '/main.js': "import './a.js';import './b.js'", '/a.js': "import './c.js'" },
    ['/main.js', '/a.js', '/b.js', '/c.js'],
  ],
  ['not those that it asks for later', { '/main.js': "import './a.js';import('./b.js')" }, ['/main.js', '/a.js']],
  ['each once, circles included', { '/main.js': "import './a.js'", '/a.js': "import './main.js';import './a.js'" }, ['/main.js', '/a.js']],
  [
    'no module of another type',
    { '/main.js': "import d from './d.json' with { type: 'json' };import './a.js'", '/d.json': '{}' },
    ['/main.js', '/a.js'],
  ],
  ['none for a module without imports', { '/main.js': 'export {}' }, []],
  ['none for a classic script', { '/main.js': 'a()' }, []],
])('lists the modules that an entry needs: %s', (_, files, modules) => {
  const others = { '/a.js': '', '/b.js': '', '/c.js': '' };
  expect(listStaticModules(graphOf({ ...others, ...files }), '/main.js')).toEqual(modules);
});
