// A small site, written twice: with the package and without it, otherwise the same.
import fs from 'node:fs';
import path from 'node:path';

/** What the page links; any other file of `public/` is there to be many. */
const STYLE = '/assets/file-1.css';
const SCRIPT = '/assets/file-0.js';
const IMAGES = ['/assets/file-2.svg', '/assets/file-5.svg', '/assets/file-8.svg'];

export function writeApp(folder, { fileCount, withPackage }) {
  const write = (file, text) => {
    const target = path.join(folder, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  };
  write('next.config.mjs', withPackage ? CONFIG_WITH : CONFIG_WITHOUT);
  write('app/layout.js', LAYOUT);
  write('app/page.js', withPackage ? pageWith() : pageWithout());
  for (let index = 0; index < fileCount; index++) write(`public/assets/file-${index}${EXTENSIONS[index % 3]}`, contentOf(index));
}

const EXTENSIONS = ['.js', '.css', '.svg'];

/** 4 kB that differ from file to file. */
function contentOf(index) {
  return `/* ${index} ${'x'.repeat(4_000)} */\n`;
}

const CONFIG_WITH = `import { withSmartCache } from 'next-smart-cache/config';
export default withSmartCache({});
`;

const CONFIG_WITHOUT = `export default {};
`;

const LAYOUT = `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

function pageWith() {
  return `import { asset, CachedScript, CachedStyle } from 'next-smart-cache';
${page(
  `<CachedStyle href="${STYLE}" />`,
  `<CachedScript src="${SCRIPT}" />`,
  IMAGES.map((src) => `<img alt="" src={asset('${src}')} />`),
)}`;
}

function pageWithout() {
  return page(
    `<link rel="stylesheet" href="${STYLE}" precedence="default" />`,
    `<script src="${SCRIPT}" async />`,
    IMAGES.map((src) => `<img alt="" src="${src}" />`),
  );
}

function page(style, script, images) {
  return `export const dynamic = 'force-dynamic';

export default function Page() {
  return (
    <main>
      ${style}
      ${script}
      <h1>Rendered at {Date.now()}</h1>
      ${images.join('\n      ')}
      <ul>{Array.from({ length: 50 }, (_, index) => <li key={index}>Item {index}</li>)}</ul>
    </main>
  );
}
`;
}
