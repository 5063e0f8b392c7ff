import { styleText } from 'node:util';

const STYLES = ['bold', 'cyan', 'dim', 'green', 'red', 'yellow'] as const;

/** One function for each style. */
type Colors = Record<(typeof STYLES)[number], (text: string) => string>;

/**
 * Makes the styles of messages.
 *
 * @param isOn whether the output shows colours. If not, the functions return the text as it is.
 */
export function createColors(isOn: boolean): Colors {
  // Newer Node versions would look at stdout, but the caller has already decided.
  const paint = (style: keyof Colors) => (text: string) => (isOn ? styleText(style, text, { validateStream: false }) : text);
  return Object.fromEntries(STYLES.map((style) => [style, paint(style)])) as Colors;
}
