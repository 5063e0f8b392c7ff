import type fs from 'node:fs';
import { type ChokidarOptions, watch } from 'chokidar';
import type { SourceFiles } from './source/source-files.js';
import { isInstalled } from './source/source-packages.js';

/** Editors write a file in several steps; one rebuild is enough for all of them. */
const SETTLE_MS = 30;

/** By registered symbol: Next may load a config, and so this module, more than once in a process. */
const WATCHED = Symbol.for('next-smart-cache.watched');

export interface WatchOptions {
  /** Whether the process goes on for as long as the folder is watched. Default: false. */
  keepAlive?: boolean;
}

export interface FolderWatch {
  /** From here on, no change is missed. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Calls `onChange` after every change under `public/`, once for changes that
 * come together. One watcher per folder and process; it ends with the process
 * and does not keep it alive, unless asked to.
 */
export function watchPublicFolder(publicDir: string, onChange: () => void, { keepAlive = false }: WatchOptions = {}): FolderWatch {
  const settling = onceSettled(onChange);
  const { ready, close } = watchFolder(publicDir, { persistent: keepAlive }, settling.onEvent);
  return {
    ready,
    close() {
      settling.cancel();
      return close();
    },
  };
}

/**
 * The same for the source: of its folders only what may be source, and nothing
 * that a package manager has installed, which nobody edits.
 */
export function watchSource({ folders, isSource }: Pick<SourceFiles, 'folders' | 'isSource'>, onChange: () => void): void {
  const { onEvent } = onceSettled(onChange);
  for (const folder of folders.filter((candidate) => !isInstalled(candidate))) {
    const ignored = (file: string, stats?: fs.Stats) => file !== folder && stats !== undefined && !isSource(file, stats.isFile());
    // Where links lead to is among the folders.
    watchFolder(folder, { ignored, followSymlinks: false }, onEvent);
  }
}

function watchFolder(folder: string, options: ChokidarOptions, onEvent: () => void): FolderWatch {
  const shared = globalThis as { [WATCHED]?: Set<string> };
  shared[WATCHED] ??= new Set();
  const watched = shared[WATCHED];
  if (watched.has(folder)) return { ready: Promise.resolve(), close: async () => {} };
  watched.add(folder);
  const watcher = watch(folder, { persistent: false, ...options, ignoreInitial: true })
    .on('all', onEvent)
    .on('unlinkDir', (removed) => {
      // Forgotten otherwise, also when it comes back: a script that writes public/ anew.
      if (removed === folder) watcher.add(folder);
    })
    .on('error', (error) => console.error(`next-smart-cache: cannot watch ${folder}: ${String(error)}`));
  return {
    ready: new Promise((resolve) => {
      watcher.once('ready', resolve);
    }),
    close() {
      watched.delete(folder);
      return watcher.close();
    },
  };
}

/** `onChange`, called once when a series of events is over. */
function onceSettled(onChange: () => void): { onEvent(): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const settled = () => {
    try {
      onChange();
    } catch (error) {
      // A file half written or just deleted must not take the server down; the next event mends it.
      console.error(`next-smart-cache: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    onEvent() {
      clearTimeout(timer);
      timer = setTimeout(settled, SETTLE_MS);
    },
    cancel: () => clearTimeout(timer),
  };
}
