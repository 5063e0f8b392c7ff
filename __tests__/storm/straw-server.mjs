// A server that caches wrongly, to prove that the storm finds wrong answers.
// node straw-server.mjs SCHEME PUBLIC_FOLDER VERSION, with the port in PORT.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const [scheme, folder, version] = process.argv.slice(2);

/** How each scheme links a file, and which file it serves for a URL, kept for how long. */
const SCHEMES = {
  // The build number in the query: any server answers with the bytes that it has.
  query: {
    link: (name) => `/${name}?v=${version}`,
    find: (url) => ({ name: url.pathname.slice(1), cacheControl: url.search ? 'public, max-age=31536000, immutable' : 'no-cache' }),
  },
  // The nginx recipe: a regular expression takes any hash out, and the current file is kept for 30 days.
  'any-hash': {
    link: (name) => {
      const hash = createHash('sha256')
        .update(fs.readFileSync(path.join(folder, name)))
        .digest('hex')
        .slice(0, 10);
      return `/${name.replace(/(\.\w+)?$/, `.${hash}$1`)}`;
    },
    find: (url) => {
      const name = url.pathname.slice(1).replace(/\.[0-9a-f]{10}(?=(\.\w+)?$)/, '');
      return { name, cacheControl: name === url.pathname.slice(1) ? 'no-cache' : 'public, max-age=2592000' };
    },
  },
};

const { link, find } = SCHEMES[scheme];
const names = fs
  .readdirSync(folder, { recursive: true })
  .filter((name) => fs.statSync(path.join(folder, name)).isFile())
  .map((name) => name.split(path.sep).join('/'));
const optimized = names
  .filter((name) => name.endsWith('.png'))
  .map((name) => `<img src="/_next/image?url=${encodeURIComponent(link(name))}&amp;w=64&amp;q=75">`);
const page = [...names.map((name) => `<img src="${link(name)}">`), ...optimized].join('\n');

const server = http.createServer((request, response) => {
  const url = new URL(`http://localhost${request.url}`);
  response.setHeader('X-Version', version);
  if (url.pathname === '/' || url.pathname === '/about') {
    response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end(page);
    return;
  }
  // Imitates an optimizer that requests the image from its own server and keeps any answer.
  const source = url.pathname === '/_next/image' ? new URL(url.searchParams.get('url') ?? '/', url) : url;
  const { name, cacheControl: own } = find(source);
  const cacheControl = source === url ? own : 'public, max-age=14400';
  if (!names.includes(name)) {
    response.writeHead(404, { 'cache-control': 'no-store' }).end();
    return;
  }
  response.writeHead(200, { 'cache-control': cacheControl }).end(fs.readFileSync(path.join(folder, name)));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
