/** TypeScript 7 has no JavaScript API for transforms, so SWC does it. */
const transform = {
  '^.+\\.m?[jt]sx?$': [
    '@swc/jest',
    {
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'automatic' } } },
    },
  ],
};

/** Dependencies that are ESM. Jest cannot `require()` them before Node 24.9 (https://jestjs.io/docs/ecmascript-modules#require-of-esm). */
const ESM_DEPENDENCIES = [
  ...['chokidar', 'readdirp'],
  ...['htmlparser2', 'domelementtype', 'domhandler', 'domutils', 'dom-serializer', 'entities'],
  '@csstools/css-tokenizer',
  '@sveltejs/acorn-typescript',
];

const common = {
  transform,
  transformIgnorePatterns: [`/node_modules/(?!(?:${ESM_DEPENDENCIES.join('|')})/)`],
  testEnvironment: 'node',
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^next-smart-cache/(manifest|client-manifest)$': '<rootDir>/src/$1.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.tmp', '<rootDir>/example-app'],
};

/** A project for each folder of `__tests__/`: `npm test` runs those that take minutes, `npm run test:all` runs all of them. */
const folder = (name) => ({ ...common, displayName: name, testMatch: [`<rootDir>/__tests__/${name}/**/*.test.{ts,tsx}`] });

export default {
  // One more than CI has cores, because suites often wait for a browser or a server.
  maxWorkers: 3,
  // A limit, not an expectation: a slow machine installs, builds and compiles within it.
  testTimeout: 600_000,
  testSequencer: './__tests__/support/longest-first.cjs',
  projects: [
    { ...folder('unit'), testPathIgnorePatterns: ['\\.dom\\.test\\.'] },
    { ...common, displayName: 'dom', testEnvironment: 'jsdom', testMatch: ['<rootDir>/__tests__/unit/**/*.dom.test.tsx'] },
    ...['package', 'smoke', 'integration', 'browser', 'hosts', 'storm'].map(folder),
  ],
};
