import full from './jest.config.mjs';

// The rows of the matrix and the set-ups that are marked as quick; jest.config.mjs has all of them.
process.env.TEST_MATRIX = 'quick';

const integration = full.projects.find(({ displayName }) => displayName === 'integration');

export default {
  ...full,
  projects: [
    ...full.projects.filter(({ displayName }) => ['unit', 'dom', 'package'].includes(displayName)),
    { ...integration, testMatch: ['matrix', 'set-ups'].map((name) => `<rootDir>/__tests__/integration/${name}.test.ts`) },
  ],
};
