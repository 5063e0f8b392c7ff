/** A stack's line that names a place, and no part of the message. */
const FRAME = /^\s+at /;
/** Compiles the config, and so stands between any two of its files. */
const COMPILER_FRAME = /[\\/]node_modules[\\/]jiti[\\/]/;

/**
 * Of what a config has thrown: its message, and the config's own part of the
 * stack. Who loaded the config is no help to somebody who mends it.
 *
 * @param loader the file that loads configs; what called it is left out with it.
 */
export function describeConfigError(error: unknown, loader: string): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? error.message).split('\n');
  const end = lines.findIndex((line) => FRAME.test(line) && line.includes(loader));
  const ownPart = end < 0 ? lines : lines.slice(0, end);
  return ownPart.filter((line) => !(FRAME.test(line) && COMPILER_FRAME.test(line))).join('\n');
}
