/** A file that its lexer cannot read: it is served as it is, and a warning says why. */
export class ReferencesUnreadableError extends Error {
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;

  constructor(offset: number, why: string) {
    super(why);
    this.offset = offset;
  }
}
