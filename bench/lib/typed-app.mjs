// An app in TypeScript with many files in public/, some of which its pages link.
import fs from 'node:fs';
import path from 'node:path';

export const FILE_COUNT = 10_000;
export const PAGE_COUNT = 100;
const ASSETS_A_PAGE = 6;
export const LINK_COUNT = PAGE_COUNT * (ASSETS_A_PAGE + 3);

export function writeTypedApp(folder) {
  const write = (file, text) => {
    const target = path.join(folder, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  };
  write('tsconfig.json', JSON.stringify(TSCONFIG));
  write('next-env.d.ts', '/// <reference types="next" />\n/// <reference types="next/image-types/global" />\n');
  for (let index = 0; index < PAGE_COUNT; index++) write(`app/page-${index}/page.tsx`, page(index));
  for (let index = 0; index < FILE_COUNT; index++) write(`public${nameOf(index)}`, '');
}

/** As `create-next-app` writes it. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    allowJs: true,
    skipLibCheck: true,
    strict: true,
    noEmit: true,
    esModuleInterop: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: 'react-jsx',
    types: ['node', 'react', 'react-dom'],
  },
  include: ['**/*.ts', '**/*.tsx'],
  exclude: ['node_modules'],
};

const FOLDERS = ['img/products', 'img/icons/outline', 'img/icons/filled', 'flags', 'fonts', 'js', 'css', 'video', 'downloads', 'vendor'];

function nameOf(index) {
  return `/${FOLDERS[index % FOLDERS.length]}/file-number-${index}.bin`;
}

/** Every way to link a file; no two pages link the same. */
function page(index) {
  const link = (offset) => nameOf((index * 97 + offset) % FILE_COUNT);
  const images = Array.from(
    { length: ASSETS_A_PAGE },
    (_, offset) => `<Image src={asset('${link(offset)}')} alt="" width={1} height={1} />`,
  );
  return `import Image from 'next/image';
import { asset, CachedScript, CachedStyle } from 'next-smart-cache';

export default function Page() {
  return (
    <main>
      <CachedStyle href="${link(7)}" media="print" />
      <CachedScript src="${link(8)}" strategy="lazyOnload" />
      <a href={asset('${link(9)}?page=${index}')}>Download</a>
      ${images.join('\n      ')}
    </main>
  );
}
`;
}
