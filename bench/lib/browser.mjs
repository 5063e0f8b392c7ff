// Chromium, driven by what the package's own tests drive it with.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * @param root the repository, whose devDependencies have to be installed.
 * @param flags for this measurement only. Default: none.
 */
export function launchBrowser(root, flags = []) {
  const { chromium } = createRequire(path.join(root, 'package.json'))('playwright-core');
  const executablePath = SYSTEM_BROWSERS.find((file) => fs.existsSync(file)) ?? installedByNpm(root);
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', ...flags];
  return chromium.launch({ executablePath, args });
}

function installedByNpm(root) {
  const script = "import chromium from '@sparticuz/chromium'; process.stdout.write(await chromium.executablePath());";
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
}
