/** Serves a function of a build output, as Vercel's launcher of Node functions does: `node function-server.cjs FILE`. */
const http = require('node:http');

// A function that fails must not leave its request open.
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});

const port = Number(process.env.PORT);
const loaded = require(process.argv[2]);
http.createServer(loaded.default ?? loaded).listen(port);
