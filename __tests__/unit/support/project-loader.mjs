// Loads projects in a process of its own: what loads a config uses Node's real import(), which Jest does not have.
import { createJiti } from 'jiti';

const { loadProject } = await createJiti(import.meta.url, { fsCache: false }).import('../../../src/next/load-project.ts');

process.on('message', async (root) => {
  if (root === 'the end') return process.disconnect();
  try {
    process.send({ project: await loadProject(root) });
  } catch ({ name, code, message, parts }) {
    process.send({ error: { name, code, message, parts } });
  }
});
process.send('ready');
