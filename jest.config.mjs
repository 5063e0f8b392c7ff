/** TypeScript 7 has no JavaScript API for transforms, so SWC does it. */
const transform = {
  '^.+\\.tsx?$': [
    '@swc/jest',
    {
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'automatic' } } },
    },
  ],
};

const common = {
  transform,
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^next-smart-cache/(manifest|client-manifest)$': '<rootDir>/src/$1.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.tmp', '<rootDir>/example-app'],
};

export default {
  // A suite of builds and browsers keeps about one core busy.
  maxWorkers: 2,
  // A limit, not an expectation: a slow machine installs, builds and compiles within it.
  testTimeout: 600_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testEnvironment: 'node',
      testMatch: ['<rootDir>/__tests__/unit/**/*.test.{ts,tsx}'],
      testPathIgnorePatterns: ['\\.dom\\.test\\.'],
    },
    { ...common, displayName: 'dom', testEnvironment: 'jsdom', testMatch: ['<rootDir>/__tests__/unit/**/*.dom.test.tsx'] },
    { ...common, displayName: 'package', testEnvironment: 'node', testMatch: ['<rootDir>/__tests__/package/**/*.test.ts'] },
    { ...common, displayName: 'integration', testEnvironment: 'node', testMatch: ['<rootDir>/__tests__/integration/**/*.test.ts'] },
    { ...common, displayName: 'browser', testEnvironment: 'node', testMatch: ['<rootDir>/__tests__/browser/**/*.test.ts'] },
  ],
};
