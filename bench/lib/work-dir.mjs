// The one folder that the benchmark writes to, and that is gone when it ends, however it ends.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stopAll } from './child-process.mjs';

export function openWorkDir() {
  // The real path: bundlers compare paths, and the temporary folder of macOS is a symbolic link.
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'next-smart-cache-bench-'));
  const remove = () => {
    stopAll();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.once(signal, () => {
      remove();
      process.exit(exitCode);
    });
  }
  return {
    subfolder(name) {
      const subfolder = path.join(folder, name);
      fs.mkdirSync(subfolder);
      return subfolder;
    },
    remove,
  };
}
