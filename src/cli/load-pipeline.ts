/** Loads the code that builds, on demand: a build without changes would take twice as long with it. */
export function loadPipeline() {
  return require('../pipeline/build-manifest.js') as typeof import('../pipeline/build-manifest.js');
}
