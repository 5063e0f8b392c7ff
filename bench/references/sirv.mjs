// sirv in a bare Node server, in its production mode. Usage: node sirv.mjs FOLDER PORT
import http from 'node:http';
import sirv from 'sirv';

const [folder, port] = process.argv.slice(2);
http.createServer(sirv(folder, { immutable: true, maxAge: 31_536_000, gzip: true, brotli: true })).listen(Number(port), '127.0.0.1');
