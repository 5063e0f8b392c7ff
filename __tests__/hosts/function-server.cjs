/** Serves a function of a build output, as Vercel's launcher of Node functions does: `node function-server.cjs FILE`. */
const http = require('node:http');

const port = Number(process.env.PORT);
const loaded = require(process.argv[2]);
http.createServer(loaded.default ?? loaded).listen(port);
