/** What Next is about to do with the config. */
export type Mode = 'build' | 'development' | 'other';

/**
 * The phases of `next/constants`, spelled out so that the command line does
 * not have to load Next.
 */
const PHASE_PRODUCTION_BUILD = 'phase-production-build';
const PHASE_DEVELOPMENT_SERVER = 'phase-development-server';
export const CLI_PHASE = PHASE_PRODUCTION_BUILD;

/**
 * All phase sniffing is here. A config function is told its phase; a config
 * object is not, and Next (seen on 15.0 to 16.4) sets no variable before it
 * loads the config, but `NODE_ENV` and the command line tell.
 */
export function modeOf(phase: string | undefined): Mode {
  if (phase === PHASE_PRODUCTION_BUILD) return 'build';
  if (phase === PHASE_DEVELOPMENT_SERVER) return 'development';
  if (phase !== undefined) return 'other';
  if (process.argv.slice(2).includes('build')) return 'build';
  // Next 16 sets the first in its dev server, also under a NODE_ENV of one's own, such as `test`.
  return process.env.__NEXT_DEV_SERVER || process.env.NODE_ENV === 'development' ? 'development' : 'other';
}
