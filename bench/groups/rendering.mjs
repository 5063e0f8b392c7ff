// Measures the cost of the JSX runtime: time on the server, bytes in the browser.
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../lib/child-process.mjs';
import { writerInto } from '../lib/files.mjs';
import { interleave } from '../lib/interleave.mjs';
import { serve } from '../lib/next-server.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { ratioRow } from '../lib/row.mjs';
import { bytesInFull, seconds } from '../lib/units.mjs';

const ROUNDS = 101;
const LIMIT_BYTES = 700;
const ITEMS = 2_500;

const NOTES =
  `Time: one request of \`next start\` for a page of the Pages Router with ${(ITEMS * 4).toLocaleString('en')} elements, a quarter of them ` +
  'images of `public/`. Next renders it for every request. Bytes: the scripts of that page, each compressed with gzip, with and ' +
  'without the runtime. Both include the wrapped config and the entry of the one file that the page names.';

/** The reference has React's own runtime; all else is the same. */
const RUNTIMES = { ours: 'next-smart-cache', react: 'react' };

export async function measure({ root, benchDir, workDir, rounds = ROUNDS }) {
  await installPackedPackage({ root, benchDir, workDir });
  const nextBin = path.join(workDir, 'node_modules/next/dist/bin/next');
  const servers = [];
  const [contenders, bytes] = [{}, {}];
  try {
    for (const [name, importSource] of Object.entries(RUNTIMES)) {
      const folder = path.join(workDir, name);
      writeApp(folder, importSource);
      await run(process.execPath, [nextBin, 'build'], { cwd: folder, env: { NEXT_TELEMETRY_DISABLED: '1' } });
      const server = await serve(nextBin, folder);
      servers.push(server);
      const page = await (await fetch(server.origin)).text();
      const isHashed = /src="\/img\/photo\.[0-9a-f]{10}\.svg"/.test(page);
      if (isHashed !== (name === 'ours')) throw new Error(`the page of "${name}" has ${isHashed ? 'hashed' : 'plain'} URLs`);
      bytes[name] = scriptBytes(folder, page);
      contenders[name] = () => requestTime(server.origin);
    }
    for (let warmUp = 0; warmUp < 20; warmUp++) for (const contender of Object.values(contenders)) await contender();
    const samples = await interleave(rounds, contenders);
    const time = ratioRow({ name: 'a page of 10,000 elements', unit: seconds, ours: samples.ours, reference: samples.react, atMost: 1.1 });
    const size = ratioRow({
      name: 'scripts of the page, compressed',
      unit: bytesInFull,
      ours: [bytes.ours],
      reference: [bytes.react],
      atMostMore: LIMIT_BYTES,
    });
    return { notes: NOTES, rows: [time, size] };
  } finally {
    for (const server of servers) server.stop();
  }
}

function writeApp(folder, jsxImportSource) {
  const write = writerInto(folder);
  write('jsconfig.json', JSON.stringify({ compilerOptions: { jsx: 'react-jsx', jsxImportSource } }));
  write('next.config.mjs', "import { withSmartCache } from 'next-smart-cache/config';\nexport default withSmartCache();\n");
  write('public/img/photo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>\n');
  write('pages/index.jsx', PAGE);
}

const PAGE = `import { asset } from 'next-smart-cache';

export default function Page({ count }) {
  return (
    <ul data-photo={asset('/img/photo.svg')}>
      {Array.from({ length: count }, (_, index) => (
        <li key={index} className="item">
          <a href={'/' + index}>link</a>
          <img src="/img/photo.svg" width={20} alt="" />
          <span style={{ color: 'red' }}>text</span>
        </li>
      ))}
    </ul>
  );
}

export const getServerSideProps = () => ({ props: { count: ${ITEMS} } });
`;

async function requestTime(url) {
  const start = performance.now();
  await (await fetch(url)).arrayBuffer();
  return (performance.now() - start) / 1000;
}

function scriptBytes(folder, html) {
  const names = new Set(html.match(/static\/chunks\/[^"\\]+\.js/g));
  return [...names].reduce((sum, name) => sum + gzipSync(fs.readFileSync(path.join(folder, '.next', name))).length, 0);
}
