// Whether the compiler takes longer when every asset path is a type.
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../lib/child-process.mjs';
import { interleave } from '../lib/interleave.mjs';
import { installPackedPackage } from '../lib/packed-package.mjs';
import { ratioRow } from '../lib/row.mjs';
import { FILE_COUNT, LINK_COUNT, PAGE_COUNT, writeTypedApp } from '../lib/typed-app.mjs';
import { seconds } from '../lib/units.mjs';

const DECLARATION = 'smart-cache-env.d.ts';

const NOTES =
  `Wall time of \`tsc\` over an app with ${FILE_COUNT.toLocaleString('en')} files in \`public/\` and ${PAGE_COUNT} pages, which name ` +
  `${LINK_COUNT} of them. Ours with \`${DECLARATION}\`, the reference without it.`;

export async function measure({ root, benchDir, workDir, rounds }) {
  await installPackedPackage({ root, benchDir, workDir });
  fs.symlinkSync(path.join(root, 'node_modules', '@types'), path.join(workDir, 'node_modules', '@types'));
  const [typed, untyped] = await Promise.all(['with', 'without'].map((name) => buildApp(workDir, name)));
  fs.rmSync(path.join(untyped, DECLARATION));
  const rows = [];
  const compilers = [
    // The quicker one gets more rounds: noise weighs more there.
    { folder: path.join(root, 'node_modules', 'typescript'), enough: 31 },
    { folder: path.join(benchDir, 'node_modules', 'typescript-5'), enough: 7 },
  ];
  for (const { folder, enough } of compilers) {
    const tsc = path.join(folder, 'bin', 'tsc');
    await requireTypes(tsc, typed, untyped);
    const samples = await interleave(rounds ?? enough, { with: () => compile(tsc, typed), without: () => compile(tsc, untyped) });
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    rows.push(
      ratioRow({
        name: `tsc ${version}, with against without: ${FILE_COUNT.toLocaleString('en')} files`,
        unit: seconds,
        ours: samples.with,
        reference: samples.without,
        atMost: 1.2,
      }),
    );
  }
  return { notes: NOTES, rows };
}

async function buildApp(workDir, name) {
  const app = path.join(workDir, name);
  writeTypedApp(app);
  await run(process.execPath, [path.join(workDir, 'node_modules', 'next-smart-cache', 'dist', 'cjs', 'cli.js'), 'build', '--cwd', app]);
  return app;
}

async function compile(tsc, app) {
  return (await run(process.execPath, [tsc, '-p', app])).seconds;
}

/** A look at both first: to compile fast without looking at the paths would be worth nothing. */
async function requireTypes(tsc, typed, untyped) {
  const accepts = async (app) => {
    const typo = path.join(app, 'typo.ts');
    fs.writeFileSync(typo, "import { asset } from 'next-smart-cache';\nasset('/none.js');\n");
    try {
      await compile(tsc, app);
      return true;
    } catch {
      return false;
    } finally {
      fs.rmSync(typo);
    }
  };
  if ((await accepts(typed)) || !(await accepts(untyped))) throw new Error(`${DECLARATION} has no effect, or is there in both apps`);
}
