import full from './jest.config.mjs';

// Each suite installs the tools of one host, so these run outside of `npm cit`.
const { displayName: _, ...integration } = full.projects.find(({ displayName }) => displayName === 'integration');

export default {
  maxWorkers: full.maxWorkers,
  testTimeout: 600_000,
  projects: [{ ...integration, displayName: 'hosts', testMatch: ['<rootDir>/__tests__/hosts/**/*.test.ts'] }],
};
