// `next-smart-cache build` without what stands around it: no next.config is looked for, no arguments are read.
// Usage: node build.cjs <dist/cjs/build.js> <app's folder> <options as JSON>
const [, , api, cwd, options] = process.argv;

require(api).build({ cwd, options: JSON.parse(options) });
