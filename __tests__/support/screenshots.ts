import { PNG } from 'pngjs';

/** How many pixels of two screenshots are not the same; all of them where the sizes differ. */
export function differingPixels(a: Buffer, b: Buffer): number {
  const [left, right] = [PNG.sync.read(a), PNG.sync.read(b)];
  if (left.width !== right.width || left.height !== right.height) return Math.max(left.width * left.height, right.width * right.height);
  let count = 0;
  for (let offset = 0; offset < left.data.length; offset += 4) {
    if (left.data.readUInt32LE(offset) !== right.data.readUInt32LE(offset)) count++;
  }
  return count;
}
