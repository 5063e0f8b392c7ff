import { readTextIfThere } from '../../pipeline/disk/atomic-write.js';
import type { Project } from '../../pipeline/project.js';
import { hasPostcssPlugin } from '../../pipeline/source/postcss-config.js';
import { findStylesheetUrls } from '../../pipeline/source/stylesheet-urls.js';

/**
 * The asset paths that stylesheets which Next bundles load under plain URLs,
 * one for each place: none where our PostCSS plugin puts the hashes there.
 *
 * @param toAssetPath the asset path that a URL means, if it is to be hashed.
 */
export async function plainUrlsOfBundle(
  project: Project,
  stylesheets: readonly string[],
  toAssetPath: (written: string) => string | undefined,
): Promise<string[]> {
  if (await hasPostcssPlugin(project.root)) return [];
  const urls = stylesheets.flatMap((file) => findStylesheetUrls(file, readTextIfThere(file) ?? ''));
  return urls.flatMap(({ written }) => toAssetPath(written) ?? []);
}
