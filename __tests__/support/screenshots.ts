import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';

/** Taken again until two in a row are the same: a tile may be painted after the frame that it belongs to. */
export async function takeScreenshot(page: Page): Promise<Buffer> {
  let [before, screenshot]: Buffer[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    [before, screenshot] = [screenshot, await page.screenshot({ animations: 'disabled' })];
    if (before && screenshot && differenceOf(before, screenshot) === NONE) return screenshot;
  }
  throw new Error(`${page.url()} looks otherwise each time`);
}

/** The result of {@link differenceOf} for pictures that are equal to the pixel. */
export const NONE = 'none';

/** Describes how two screenshots differ: the number of pixels, and the corners around them. */
export function differenceOf(a: Buffer, b: Buffer): string {
  // Equal files are equal pictures. Decoding one takes more than a second under Jest.
  if (a.equals(b)) return NONE;
  const [left, right] = [PNG.sync.read(a), PNG.sync.read(b)];
  const sizes = [left, right].map(({ width, height }) => `${width} × ${height}`);
  if (sizes[0] !== sizes[1]) return `${sizes.join(' and ')} pixels`;
  const [columns, rows]: [number[], number[]] = [[], []];
  for (let index = 0; index < left.width * left.height; index++) {
    if (left.data.readUInt32LE(index * 4) === right.data.readUInt32LE(index * 4)) continue;
    columns.push(index % left.width);
    rows.push(Math.floor(index / left.width));
  }
  if (columns.length === 0) return NONE;
  const [first, last] = [Math.min, Math.max].map((pick) => [columns, rows].map((places) => places.reduce((x, y) => pick(x, y))).join(','));
  return `${columns.length} pixels, from ${first} to ${last}`;
}
