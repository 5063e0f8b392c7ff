// A page with 60 real assets, written in the four ways in which people link them.
import fs from 'node:fs';
import path from 'node:path';
import { writerInto } from './files.mjs';

const FONT_AWESOME = '@fortawesome/fontawesome-free';
const STYLESHEETS = [
  'bootstrap/dist/css/bootstrap.min.css',
  'katex/dist/katex.min.css',
  `${FONT_AWESOME}/css/all.min.css`,
  `${FONT_AWESOME}/css/v4-shims.min.css`,
];
const SCRIPTS = [
  'bootstrap/dist/js/bootstrap.bundle.min.js',
  'katex/dist/katex.min.js',
  'katex/dist/contrib/copy-tex.min.js',
  ...['fontawesome', 'regular', 'v4-shims'].map((name) => `${FONT_AWESOME}/js/${name}.min.js`),
];
/** Text in these families loads a font each, through the stylesheets. */
const FONTS = [
  ...['AMS', 'Caligraphic', 'Fraktur', 'Main', 'SansSerif', 'Script', 'Size1', 'Typewriter'].map((name) => ({
    fontFamily: `KaTeX_${name}`,
  })),
  { fontFamily: 'KaTeX_Math', fontStyle: 'italic' },
  { fontFamily: '"Font Awesome 7 Free"', fontWeight: 900 },
  { fontFamily: '"Font Awesome 7 Free"', fontWeight: 400 },
  { fontFamily: '"Font Awesome 7 Brands"' },
];
const IMAGE_COUNT = 38;
export const ASSET_COUNT = STYLESHEETS.length + SCRIPTS.length + FONTS.length + IMAGE_COUNT;

/** The stylesheets refer to these files. */
const FONT_FOLDERS = ['katex/dist/fonts', `${FONT_AWESOME}/webfonts`];

const CHANGED = STYLESHEETS[0];

/** The ways in which a site links its assets. Only `ours` has the package. */
export const WAYS = ['ours', 'plain', 'query', 'imports'];

/** @param way one of {@link WAYS}. */
export function writeVisitedSite(benchDir, folder, way) {
  const images = fs
    .readdirSync(path.join(benchDir, 'node_modules', FONT_AWESOME, 'svgs/solid'))
    .slice(0, IMAGE_COUNT)
    .map((name) => `${FONT_AWESOME}/svgs/solid/${name}`);
  for (const part of [...STYLESHEETS, ...SCRIPTS, ...FONT_FOLDERS, ...images]) {
    fs.cpSync(path.join(benchDir, 'node_modules', part), path.join(folder, assetFolder(way), part), { recursive: true });
  }
  const write = writerInto(folder);
  write('next.config.mjs', CONFIGS[way]);
  if (way === 'ours')
    write('jsconfig.json', JSON.stringify({ compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'next-smart-cache' } }));
  if (way === 'imports') write('app/scripts.js', importedScripts());
  write('app/layout.js', way === 'imports' ? layoutWithImports() : LAYOUT);
  write('app/page.js', way === 'imports' ? pageWithImports(images) : pageWithPaths(images, way === 'query' ? BUILD_QUERY : ''));
}

/** The next deploy adds a rule to one stylesheet, which no other asset refers to. A bundler would remove a comment. */
export function changeOneFile(folder, way) {
  fs.appendFileSync(path.join(folder, assetFolder(way), CHANGED), '.next-deploy{color:red}\n');
}

function assetFolder(way) {
  return way === 'imports' ? 'assets' : 'public';
}

const CONFIGS = {
  ours: `import { withSmartCache } from 'next-smart-cache/config';
export default withSmartCache({}, { precompress: true });
`,
  plain: 'export default {};\n',
  query: `export default {
  headers: () => [
    {
      source: '/:path*',
      has: [{ type: 'query', key: 'v' }],
      headers: [{ key: 'Cache-Control', value: 'public, max-age=31536000, immutable' }],
    },
  ],
};
`,
  imports: 'export default {};\n',
};

const LAYOUT = `export default function Layout({ children }) {
  return <html lang="en"><head><link rel="icon" href="data:," /></head><body>{children}</body></html>;
}
`;

function layoutWithImports() {
  return STYLESHEETS.map((part) => `import '../assets/${part}';\n`).join('') + LAYOUT;
}

/** An expression in a template of the page: the page is rendered at build time, with the number of the build. */
const BUILD_QUERY = `?v=\${process.env.BUILD}`;

function pageWithPaths(images, suffix) {
  const url = (part) => `{\`/${part}${suffix}\`}`;
  return page('', [
    ...STYLESHEETS.map((part) => `<link rel="stylesheet" href=${url(part)} precedence="default" />`),
    ...SCRIPTS.map((part) => `<script src=${url(part)} defer />`),
    ...images.map((part) => `<img src=${url(part)} alt="" width={32} height={32} />`),
  ]);
}

function pageWithImports(images) {
  const imports = images.map((part, index) => `import image${index} from '../assets/${part}';\n`).join('');
  return page(`import Scripts from './scripts';\n${imports}`, [
    '<Scripts />',
    ...images.map((_, index) => `<img src={image${index}.src} alt="" width={32} height={32} />`),
  ]);
}

/** Loads the scripts after hydration: some read \`document\` when they are evaluated. */
function importedScripts() {
  return `'use client';
import { useEffect } from 'react';

export default function Scripts() {
  useEffect(() => {
${SCRIPTS.map((part) => `    void import('../assets/${part}');`).join('\n')}
  }, []);
  return null;
}
`;
}

function page(imports, elements) {
  const texts = FONTS.map((style) => `<span style={${JSON.stringify(style)}}>{'A\\uf013'}</span>`);
  return `${imports}
export default function Page() {
  return (
    <main>
      ${[...elements, ...texts].join('\n      ')}
    </main>
  );
}
`;
}
