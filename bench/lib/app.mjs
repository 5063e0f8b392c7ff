// A small site, written twice: with the package and without it, otherwise the same.
import { writerInto } from './files.mjs';

/** The files that the page links. The others only increase the number of files in `public/`. */
const STYLE = '/assets/file-1.css';
const SCRIPT = '/assets/file-0.js';
const IMAGES = ['/assets/file-2.svg', '/assets/file-5.svg', '/assets/file-8.svg'];

/** @param options those of the package. Default: none. */
export function writeApp(folder, { fileCount, withPackage, options = {} }) {
  const write = writerInto(folder);
  write('next.config.mjs', withPackage ? configWith(options) : CONFIG_WITHOUT);
  write('app/layout.js', LAYOUT);
  write('app/page.js', withPackage ? pageWith() : pageWithout());
  write('app/api/route.js', API_ROUTE);
  for (let index = 0; index < fileCount; index++) write(`public/assets/file-${index}${EXTENSIONS[index % 3]}`, contentOf(index));
}

const EXTENSIONS = ['.js', '.css', '.svg'];

/** 5 kB that differ from file to file. */
function contentOf(index) {
  return `/* ${index} ${'x'.repeat(5_000)} */\n`;
}

const configWith = (options) => `import { withSmartCache } from 'next-smart-cache/config';
export default withSmartCache({}, ${JSON.stringify(options)});
`;

const CONFIG_WITHOUT = `export default {};
`;

const LAYOUT = `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

const API_ROUTE = `export const dynamic = 'force-dynamic';
export const GET = () => Response.json({ now: Date.now() });
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
