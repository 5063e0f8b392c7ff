/** A value as a message shows it: JSON where it has one, and never an error of its own. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if ('then' in Object(value)) return 'a promise';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // JSON has no big integers, no circles.
    return String(value);
  }
}
