// The package as users get it: packed, and installed next to Next.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-process.mjs';

/** Makes `workDir/node_modules`, where apps in subfolders of `workDir` find both. */
export async function installPackedPackage({ root, benchDir, workDir }) {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', workDir], { cwd: root });
  const [{ filename }] = JSON.parse(stdout);
  for (const file of ['package.json', 'package-lock.json']) fs.copyFileSync(path.join(benchDir, file), path.join(workDir, file));
  const flags = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags, path.join(workDir, filename)], { cwd: workDir });
}
