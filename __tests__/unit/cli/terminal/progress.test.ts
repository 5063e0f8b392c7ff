import type { TerminalAbilities } from '../../../../src/cli/command';
import { HASHING, VERIFYING, withProgress } from '../../../../src/cli/terminal';

let now = 0;
beforeEach(() => {
  now = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

const TERMINAL: TerminalAbilities = { hasColors: true, isInteractive: true };
const TOTAL = 200_000_000;

/** Work that reports each tenth after this many milliseconds. @returns the output during the work, and all output. */
async function work(msPerTenth: number, { terminal = TERMINAL, end = () => {} }: { terminal?: TerminalAbilities; end?: () => void } = {}) {
  let text = '';
  let midway = '';
  const stderr = (written: string) => {
    text += written;
  };
  const done = withProgress({ stderr, terminal }, HASHING, (onProgress) => {
    for (let tenth = 0; tenth <= 10; tenth++) {
      now += msPerTenth;
      onProgress?.((TOTAL / 10) * tenth, TOTAL);
      if (tenth === 5) midway = text;
    }
    end();
    return onProgress;
  }).catch((error: Error) => {
    stderr(error.message);
  });
  const onProgress = await done;
  return { text, midway, onProgress };
}

/** The final content of a terminal's only line. */
function lineOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for them.
  return text.slice(text.lastIndexOf('\u001b[2K')).replace(/\u001b\[2K/, '');
}

test('draws a bar for long work without a timer', async () => {
  const { midway } = await work(1000);
  expect(midway).toContain('hashing public/ [===============---------------] 50% of 200 MB');
});

test('follows a total that grows', async () => {
  let text = '';
  const stderr = (written: string) => {
    text += written;
  };
  await withProgress({ stderr, terminal: TERMINAL }, VERIFYING, async (onProgress) => {
    now += 1000;
    onProgress?.(1, 2);
    await Promise.resolve();
    now += 1000;
    onProgress?.(2, 8);
    expect(text).toContain('checking [========----------------------] 25% of 8 files');
  });
  expect(lineOf(text)).toBe('');
});

test('removes the bar and leaves the terminal unchanged', async () => {
  const { text } = await work(1000);
  expect(lineOf(text)).toBe('');
  // After a kill, the terminal would keep a hidden cursor and unwrapped lines.
  expect(text).not.toMatch(/\[\?25l|\[\?7l/);
});

test('removes the bar before an error is printed', async () => {
  const end = () => {
    throw new Error('no such luck');
  };
  const { text } = await work(1000, { end });
  expect(lineOf(text)).toBe('no such luck');
});

test('draws no bar for short work', async () => {
  expect((await work(45)).text).toBe('');
});

test('draws the bar at most ten times a second', async () => {
  const { text } = await work(90);
  expect(text.match(/hashing public\//g)?.length).toBeLessThan(4);
});

test('cuts the bar to the width of the terminal', async () => {
  const { midway } = await work(1000, { terminal: { ...TERMINAL, columns: 24 } });
  expect(midway).toContain('hashing public/ [=======\u001b');
});

test('does not count if the terminal cannot overwrite a line', async () => {
  const { text, onProgress } = await work(1000, { terminal: { ...TERMINAL, isInteractive: false } });
  expect([text, onProgress]).toEqual(['', undefined]);
});
