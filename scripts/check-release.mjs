// Usage: node scripts/check-release.mjs [--strict]
//
// Names what package.json needs for a release and only the owner can fill in.
// With --strict, anything missing is an error; the release workflow uses it.
import fs from 'node:fs';

const OWNERS_FIELDS = ['homepage', 'repository', 'bugs', 'author'];

const metadata = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const missing = OWNERS_FIELDS.filter((field) => !metadata[field]);
if (missing.length > 0) {
  const isError = process.argv.includes('--strict');
  console.error(
    `${isError ? 'Error' : 'Note'}: package.json has no ${missing.join(', ')}. A release needs ${missing.length === 1 ? 'it' : 'them'}. ` +
      `Type: ${missing.map((field) => `npm pkg set ${field}=…`).join(' && ')}`,
  );
  if (isError) process.exitCode = 1;
}
