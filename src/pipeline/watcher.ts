import fs from 'node:fs';
import path from 'node:path';
import { watch } from 'chokidar';
import { isInstalled, type SourceFiles } from '../app-source/source-files.js';
import { describeProblem, type ErrorParts, visibleLines } from '../core/errors.js';
import { sharedGlobals } from '../core/shared-globals.js';

/** Editors write a file in several steps; one rebuild is enough for all of them. */
const SETTLE_MS = 30;

interface WatchOptions {
  /** Whether the process goes on for as long as the folder is watched. Default: false. */
  keepAlive?: boolean;
}

export interface FolderWatch {
  /** From here on, no change is missed; what has come before it is looked at now. */
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
  const { ready, close } = watchFolder(realFolder(publicDir), () => true, keepAlive, settling.onEvent);
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
    watchFolder(folder, isSource, false, onEvent);
  }
}

/** Links are not followed, but `public/` may be one itself. */
function realFolder(publicDir: string): string {
  try {
    return fs.realpathSync(publicDir);
  } catch {
    // Not there yet.
    return publicDir;
  }
}

/** What chokidar passes on: of `fs.watch` the folder, of polling what the file was and is. */
interface RawDetails {
  watchedPath?: string;
  curr?: fs.Stats;
  prev?: fs.Stats;
}

/**
 * Watches folders, not files: a folder reports what happens to its files, while
 * a watch on a file is lost when an editor puts another one in its place. So
 * chokidar is shown no files, and its raw events are listened to. Only where it
 * polls does it need them.
 *
 * Links are not followed: those that may be there lead to what is watched
 * already, and one that leads out of `public/`, an error, would have the whole
 * disk watched.
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
    const watcher = watch(folder, { ignored, followSymlinks: false, persistent: keepAlive, ignoreInitial: true })
      .on('all', onChange)
      .on('raw', (_, name: string | null, details) => {
        const { watchedPath, curr, prev } = details as RawDetails;
        // Polling has a file's path for its name. Of two changes within 50 ms, chokidar tells of the first alone.
        if (watchedPath === undefined) {
          if (curr?.mtimeMs !== prev?.mtimeMs) onChange();
          return;
        }
        // Some systems do not say which file it was.
        if (name === null || isWanted(path.join(watchedPath, name), true)) onChange();
      })
      .on('error', (error) => console.error(`next-smart-cache: ${describeProblem(cannotWatch(folder, error))}`));
    const ready = new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
    });
    // What was saved before the folder was watched.
    void ready.then(() => !isClosed && onEvent());
    // Closed before it is ready, a watcher of chokidar 4 leaves handles open, which keep the process alive.
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

  /** What was watched is gone, and maybe another folder in its place: a script has written public/ anew. */
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
    fix: 'raise the limit of the system (on Linux fs.inotify.max_user_watches), or have the files polled: CHOKIDAR_USEPOLLING=1',
  };
}

/** Where the system tells of no changes (network drives, some containers): chokidar's own variable, read as chokidar does. */
function isPolling(): boolean {
  const value = process.env.CHOKIDAR_USEPOLLING?.toLowerCase() ?? '';
  return !['', '0', 'false'].includes(value);
}

function identityOfFolder(folder: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = fs.statSync(folder);
    // Inodes are used again, at once, but not with the same time of birth.
    return `${dev}-${ino}-${birthtimeMs}`;
  } catch {
    // Gone, or a network drive that is away: whoever reads the folder says so.
    return undefined;
  }
}

/** `onChange`, called once when a series of events is over. */
function onceSettled(onChange: () => void): { onEvent(): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  // A file that is half written or just deleted: the next event mends it.
  const settled = () => keepRunning(onChange);
  return {
    onEvent() {
      clearTimeout(timer);
      timer = setTimeout(settled, SETTLE_MS);
    },
    cancel: () => clearTimeout(timer),
  };
}

/** Runs what must not take a server down, such as a look at a file that is half written: an error is said instead. */
export function keepRunning(action: () => void): void {
  try {
    action();
  } catch (error) {
    console.error(`next-smart-cache: ${visibleLines(error instanceof Error ? error.message : String(error))}`);
  }
}
