import type fs from 'node:fs';
import { type ChokidarOptions, watch } from 'chokidar';
import type { SourceFiles } from './source/source-files.js';
import { isInstalled } from './source/source-packages.js';

/** Editors write a file in several steps; one rebuild is enough for all of them. */
const SETTLE_MS = 30;

/** By registered symbol: Next may load a config, and so this module, more than once in a process. */
const WATCHED = Symbol.for('next-smart-cache.watched');

/**
 * Calls `onChange` after every change under `public/`, once for changes that
 * come together. One watcher per folder and process; it ends with the process
 * and does not keep it alive.
 */
export function watchPublicFolder(publicDir: string, onChange: () => void): void {
  watchFolder(publicDir, {}, onceSettled(onChange));
}

/**
 * The same for the source: of its folders only what may be source, and nothing
 * that a package manager has installed, which nobody edits.
 */
export function watchSource({ folders, isSource }: Pick<SourceFiles, 'folders' | 'isSource'>, onChange: () => void): void {
  const onEvent = onceSettled(onChange);
  for (const folder of folders.filter((candidate) => !isInstalled(candidate))) {
    const ignored = (file: string, stats?: fs.Stats) => file !== folder && stats !== undefined && !isSource(file, stats.isFile());
    // Where links lead to is among the folders.
    watchFolder(folder, { ignored, followSymlinks: false }, onEvent);
  }
}

function watchFolder(folder: string, options: ChokidarOptions, onEvent: () => void): void {
  const shared = globalThis as { [WATCHED]?: Set<string> };
  shared[WATCHED] ??= new Set();
  const watched = shared[WATCHED];
  if (watched.has(folder)) return;
  watched.add(folder);
  watch(folder, { ...options, ignoreInitial: true, persistent: false })
    .on('all', onEvent)
    .on('error', (error) => console.error(`next-smart-cache: cannot watch ${folder}: ${String(error)}`));
}

/** `onChange`, called once when a series of events is over. */
function onceSettled(onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        onChange();
      } catch (error) {
        // A file half written or just deleted must not take the server down; the next event mends it.
        console.error(`next-smart-cache: ${error instanceof Error ? error.message : String(error)}`);
      }
    }, SETTLE_MS);
  };
}
