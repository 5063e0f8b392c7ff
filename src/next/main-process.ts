import { WRAPPED_BY } from '../core/wrapped-process.js';

/**
 * Marks this process, and by inheritance the workers it starts, as one whose
 * config is wrapped.
 *
 * @returns whether this is the process that runs the build or the server, and
 * not one of its workers, which may load the config too.
 */
export function enterWrappedProcess(): boolean {
  process.env[WRAPPED_BY] ??= String(process.pid);
  return process.env[WRAPPED_BY] === String(process.pid);
}
