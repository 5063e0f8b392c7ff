import { parseSource } from '../../pipeline/source/syntax-tree.js';

/** Whether source that was changed has no mistake of syntax that it did not have before. */
export async function stillParses(file: string, before: string, after: string): Promise<boolean> {
  const left = await mistakesIn(file, after).catch(() => undefined);
  if (left === undefined || left.length === 0) return left !== undefined;
  const known = await mistakesIn(file, before);
  return left.length <= known.length && left.every((mistake) => known.includes(mistake));
}

/** What the parser says of a file, without where: the places of what comes behind a change are others. */
async function mistakesIn(file: string, text: string): Promise<string[]> {
  const { errors = [] } = await parseSource(file, text);
  return errors.map(({ message }) => message.replace(/ \(\d+:\d+\)$/, ''));
}
