import { watch } from 'chokidar';

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
  const shared = globalThis as { [WATCHED]?: Set<string> };
  shared[WATCHED] ??= new Set();
  const watched = shared[WATCHED];
  if (watched.has(publicDir)) return;
  watched.add(publicDir);

  let timer: NodeJS.Timeout | undefined;
  const schedule = () => {
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
  watch(publicDir, { ignoreInitial: true, persistent: false })
    .on('all', schedule)
    .on('error', (error) => console.error(`next-smart-cache: cannot watch ${publicDir}: ${String(error)}`));
}
