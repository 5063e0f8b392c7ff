/** What goes into the URLs of measured visits, so that they are new to the browser. */
export function newRun(): string {
  return String(crypto.getRandomValues(new Uint32Array(1))[0]);
}

export function isRun(text: unknown): text is string {
  return typeof text === 'string' && /^\d{1,10}$/.test(text);
}
