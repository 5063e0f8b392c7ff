import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';

export const VERSION_NAMES = ['1', '2', '3'] as const;
export type VersionName = (typeof VERSION_NAMES)[number];

/** `revisions` holds the content of the file in versions 1, 2 and 3; `undefined` where the version lacks it. */
type Revisions = readonly [number | undefined, number | undefined, number | undefined];

const REVISIONS: Readonly<Record<string, Revisions>> = {
  '/js/app.js': [1, 2, 3],
  '/js/chat.js': [1, 2, 1],
  '/js/library.js': [1, 1, 1],
  '/js/early.js': [1, 1, undefined],
  '/js/late.js': [undefined, undefined, 1],
  // Its own text never changes; its images do, and with them what the browser receives.
  '/css/site.css': [1, 1, 1],
  '/css/base.css': [1, 1, 1],
  '/img/hero.png': [1, 2, 3],
  '/img/tile.png': [1, 2, 3],
  '/img/banner.png': [1, 2, 1],
  '/img/logo.png': [1, 1, 1],
  '/docs/NOTICE': [1, 2, 2],
  '/note.txt': [1, 2, 3],
};

/** The files of `public/` in one version, by asset path. All revisions of a file have the same size. */
export function publicFiles(version: VersionName): Map<string, Buffer> {
  const index = VERSION_NAMES.indexOf(version);
  const files = new Map<string, Buffer>();
  for (const [assetPath, revisions] of Object.entries(REVISIONS)) {
    const revision = revisions[index];
    if (revision !== undefined) files.set(assetPath, contentOf(assetPath, revision));
  }
  return files;
}

function contentOf(assetPath: string, revision: number): Buffer {
  if (assetPath.endsWith('.png')) return imageOf(assetPath, revision);
  if (assetPath === '/css/site.css') {
    return Buffer.from('body { background: url(../img/tile.png) } h1 { background: url("/img/banner.png") }\n');
  }
  if (assetPath.endsWith('.css')) return Buffer.from(`body { order: ${revision} }\n`);
  if (!assetPath.endsWith('.js')) return Buffer.from(`${assetPath}, revision ${revision}\n`);
  // Text that does not compress well: an answer must take long enough to be cut short.
  const filler = Array.from({ length: 3_000 }, (_, line) => createHash('sha256').update(`${assetPath} ${line}`).digest('base64'));
  return Buffer.from(`revision = ${revision};\n/*\n${filler.join('\n')}\n*/\n`);
}

/** One colour that tells the file and the revision, even after `next/image` has scaled it. Uncompressed, so that sizes are equal. */
function imageOf(assetPath: string, revision: number): Buffer {
  const image = new PNG({ width: 128, height: 128 });
  const [red = 0, green = 0] = createHash('sha256').update(assetPath).digest();
  for (let at = 0; at < image.data.length; at += 4) image.data.set([red, green, revision * 60, 255], at);
  return PNG.sync.write(image, { deflateLevel: 0, colorType: 2 });
}

/** The colour in the middle of an image, or `undefined` if this is not a PNG. */
export function colourOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(1, 4).toString() !== 'PNG') return undefined;
  const { data, width, height } = PNG.sync.read(bytes);
  const middle = (width * Math.floor(height / 2) + Math.floor(width / 2)) * 4;
  return [...data.subarray(middle, middle + 3)].join(',');
}
