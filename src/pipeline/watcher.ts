import fs from 'node:fs';
import path from 'node:path';
import { isInstalled, type SourceFiles } from '../app-source/source-files.js';
import { describeProblem, type ErrorParts } from '../core/errors.js';
import { visibleLines } from '../core/message-text.js';
import { sharedGlobals } from '../core/shared-globals.js';

/** An editor saves a file in several steps. One rebuild is enough for all of them. */
const SETTLE_MS = 30;

interface WatchOptions {
  /** Whether the watch keeps the process running. Default: false. */
  keepAlive?: boolean;
}

export interface FolderWatch {
  /** Resolves when the watch misses no more changes. It then calls `onChange` once, for changes before that. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Calls `onChange` after every change in `public/`, once for changes that come
 * together. A process watches each folder only once.
 */
export function watchPublicFolder(publicDir: string, onChange: () => void, { keepAlive = false }: WatchOptions = {}): FolderWatch {
  const settling = onceSettled(onChange);
  const { ready, close } = watchFolder(realFolder(publicDir), () => true, keepAlive, settling.onEvent);
  return {
    ready,
    close() {
      settling.cancel();
      return close();
    },
  };
}

/** Does the same for the app source. It skips installed packages, which users do not edit. */
export function watchSource({ folders, isSource }: Pick<SourceFiles, 'folders' | 'isSource'>, onChange: () => void): void {
  const { onEvent } = onceSettled(onChange);
  for (const folder of folders.filter((candidate) => !isInstalled(candidate))) {
    watchFolder(folder, isSource, false, onEvent);
  }
}

/** Resolves `public/` itself if it is a symbolic link, since the watcher does not follow links. */
function realFolder(publicDir: string): string {
  try {
    return fs.realpathSync(publicDir);
  } catch {
    // The folder does not exist yet.
    return publicDir;
  }
}

/** The details of chokidar's raw events: the folder from `fs.watch`, or the old and new state of a file from polling. */
interface RawDetails {
  watchedPath?: string;
  curr?: fs.Stats;
  prev?: fs.Stats;
}

/**
 * Watches folders, not files: a folder reports changes of its files, while a watch
 * on a file ends when an editor replaces the file. So chokidar ignores files, and
 * this listens to its raw events. Chokidar needs the files only when it polls.
 *
 * It does not follow links. Valid ones point into `public/`, which is watched
 * anyway, and an invalid one could make it watch the whole disk.
 */
function watchFolder(
  folder: string,
  isWanted: (absolutePath: string, isFile: boolean) => boolean,
  keepAlive: boolean,
  onEvent: () => void,
): FolderWatch {
  const shared = sharedGlobals();
  shared.watchedFolders ??= new Set();
  const watched = shared.watchedFolders;
  if (watched.has(folder)) return { ready: Promise.resolve(), close: async () => {} };
  watched.add(folder);
  const ignored = (file: string, stats?: fs.Stats) => {
    if (file === folder || stats === undefined) return false;
    return stats.isFile() ? !isPolling() || !isWanted(file, true) : !isWanted(file, false);
  };
  const begin = () => {
    const identity = identityOfFolder(folder);
    const onChange = () => {
      if (identityOfFolder(folder) !== current.identity) beginAnew();
      onEvent();
    };
    // Only `next dev` and `next-smart-cache watch` need it. It is ESM, which Jest cannot load before Node 24.9, and a test may import next.config.
    const { watch } = require('chokidar') as typeof import('chokidar');
    const watcher = watch(folder, { ignored, followSymlinks: false, persistent: keepAlive, ignoreInitial: true })
      .on('all', onChange)
      .on('raw', (_, name: string | null, details) => {
        const { watchedPath, curr, prev } = details as RawDetails;
        // Polling reports the path of a file as its name. Chokidar drops the second of two changes within 50 ms.
        if (watchedPath === undefined) {
          if (curr?.mtimeMs !== prev?.mtimeMs) onChange();
          return;
        }
        // Some systems do not name the file.
        if (name === null || isWanted(path.join(watchedPath, name), true)) onChange();
      })
      .on('error', (error) => console.error(`next-smart-cache: ${describeProblem(cannotWatch(folder, error))}`));
    const ready = new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
    });
    // Catches changes from before the watch began.
    void ready.then(() => !isClosed && onEvent());
    // A chokidar watcher that is closed before it is ready leaves handles open, which keep the process running (seen in version 4).
    return { identity, ready, close: () => ready.then(() => watcher.close()) };
  };
  let isClosed = false;
  let current = begin();
  return {
    ready: current.ready,
    close() {
      isClosed = true;
      watched.delete(folder);
      return current.close();
    },
  };

  /** The folder was removed or replaced, for example by a script that writes public/ again. */
  function beginAnew(): void {
    void current.close();
    current = begin();
  }
}

function cannotWatch(folder: string, error: unknown): ErrorParts {
  return {
    what: 'A folder cannot be watched, so edits in it may not appear by themselves',
    where: folder,
    why: String(error),
    fix: 'raise the limit of the system (on Linux fs.inotify.max_user_watches), or let chokidar poll the files: CHOKIDAR_USEPOLLING=1',
  };
}

/** Reads chokidar's variable as chokidar does. Network drives and some containers report no changes, so users turn polling on. */
function isPolling(): boolean {
  const value = process.env.CHOKIDAR_USEPOLLING?.toLowerCase() ?? '';
  return !['', '0', 'false'].includes(value);
}

function identityOfFolder(folder: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = fs.statSync(folder);
    // File systems reuse an inode at once, but not with the same birth time.
    return `${dev}-${ino}-${birthtimeMs}`;
  } catch {
    // The folder is missing, which the next build reports.
    return undefined;
  }
}

/** Calls `onChange` once at the end of a series of events. */
function onceSettled(onChange: () => void): { onEvent(): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const settled = () => keepRunning(onChange);
  return {
    onEvent() {
      clearTimeout(timer);
      timer = setTimeout(settled, SETTLE_MS);
    },
    cancel: () => clearTimeout(timer),
  };
}

/** Prints errors instead of throwing them: a half-written file must not stop a server, and the next event repairs the state. */
export function keepRunning(action: () => void): void {
  try {
    action();
  } catch (error) {
    console.error(`next-smart-cache: ${visibleLines(error instanceof Error ? error.message : String(error))}`);
  }
}
