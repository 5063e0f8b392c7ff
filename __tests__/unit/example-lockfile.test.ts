import lockfile from '../../example-app/package-lock.json';
import { dependencies } from '../../package.json';

it('holds the dependencies that the package has now: `npm ci` accepts older ones', () => {
  // If it does not: delete this entry, run `npm install --package-lock-only` in example-app/, then `node scripts/complete-lockfile.mjs example-app`.
  expect(lockfile.packages['node_modules/next-smart-cache'].dependencies).toEqual(dependencies);
});
