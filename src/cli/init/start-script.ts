import fs from 'node:fs';
import path from 'node:path';
import { WRANGLER_FILES } from '../../core/hosts.js';
import type { Project } from '../../pipeline/project.js';

/** Files and folders of hosts that serve the files of an app themselves, or run Next in a way of their own. */
const HOST_FILES = [
  '.vercel',
  'vercel.json',
  '.netlify',
  'netlify.toml',
  ...WRANGLER_FILES,
  ...['ts', 'mjs', 'js'].map((extension) => `open-next.config.${extension}`),
  'sst.config.ts',
  'amplify',
  'amplify.yml',
  'apphosting.yaml',
  'firebase.json',
  'staticwebapp.config.json',
];

/**
 * Whether `next-smart-cache start` can take the place of the app's `start` script: it
 * is `next start`, with or without flags, and the app has no host with a server of its own.
 *
 * @param script the `start` script of package.json.
 */
export function canReplaceStart(script: unknown, { root, isExport, deliveryChoice }: Project): boolean {
  if (typeof script !== 'string' || !/^\s*next start(?:\s+[^&|;]*)?$/.test(script)) return false;
  const isForHost = deliveryChoice.reason !== undefined && deliveryChoice.reason !== 'set in the options';
  return !isExport && !isForHost && !HOST_FILES.some((file) => fs.existsSync(path.join(root, file)));
}
