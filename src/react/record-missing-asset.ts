import { MISSING_ASSETS_RECORD, type MissingAsset, markMissing, parseRecord } from '../core/missing-assets-record.js';

/** What is used of `node:fs`. */
interface FileSystem {
  appendFileSync(file: string, text: string): void;
}

const recorded = new Set<string>();

/**
 * Keeps a missing path for the list with which `next build` fails in the end.
 *
 * @param listNearest called once for each path.
 * @returns the URL with a mark, by which the pages that hold it are found; or
 * `undefined` where nothing can be recorded, such as in the edge runtime.
 */
export function recordMissingAsset(url: string, path: string, component: string, listNearest: () => string[]): string | undefined {
  const record = parseRecord(process.env[MISSING_ASSETS_RECORD]);
  if (!record) return undefined;
  const key = `${record.token} ${component} ${path}`;
  if (!recorded.has(key)) {
    const missing: MissingAsset = { path, component, nearest: listNearest() };
    try {
      const fs = fileSystem();
      if (!fs) return undefined;
      fs.appendFileSync(record.file, `${JSON.stringify(missing)}\n`);
    } catch {
      return undefined;
    }
    recorded.add(key);
  }
  return markMissing(url, path, record.token);
}

/**
 * By reflection: an import would be bundled for browsers, and Next warns of
 * `process.getBuiltinModule` in code that the edge runtime may run. Node has it
 * from 20.16 on.
 */
function fileSystem(): FileSystem | undefined {
  const getBuiltinModule: unknown = Reflect.get(process, 'getBuiltinModule');
  return typeof getBuiltinModule === 'function' ? (getBuiltinModule('node:fs') as FileSystem) : undefined;
}
