import fs from 'node:fs';
import path from 'node:path';
import { parseTsconfig } from 'get-tsconfig';
import type { NextConfig } from 'next';

const PACKAGE = 'next-smart-cache';

/**
 * Whether the app names this package as its `jsxImportSource`, in the config
 * of TypeScript or JavaScript that Next reads, or in one that it extends.
 * Without it, no component of Next needs to be known to the JSX runtime.
 *
 * @param root the app's folder.
 */
export function usesJsxRuntime({ typescript }: NextConfig, root: string): boolean {
  return [typescript?.tsconfigPath ?? 'tsconfig.json', 'jsconfig.json'].some((name) => {
    const file = path.resolve(root, name);
    try {
      return fs.existsSync(file) && parseTsconfig(file).compilerOptions?.jsxImportSource === PACKAGE;
    } catch {
      // Next reports a config that cannot be read, or extends one that is not there.
      return false;
    }
  });
}
