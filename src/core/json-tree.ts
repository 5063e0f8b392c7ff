import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** The message says why, with line and column: `comma expected (3:7)`. */
export class JsonSyntaxError extends Error {
  /** The place of the error, in UTF-16 code units. */
  readonly offset: number;

  constructor(text: string, { error, offset }: Pick<ParseError, 'error' | 'offset'>) {
    const words = printParseErrorCode(error).replace(/\B[A-Z]/g, (letter) => ` ${letter}`);
    super(`${words.toLowerCase()} (${lineOf(text, offset)}:${offset - text.lastIndexOf('\n', offset - 1)})`);
    this.offset = offset;
  }
}

/**
 * Parses JSON into a tree that knows the place of each part of the text.
 *
 * @param text without a byte-order mark.
 * @param dialect `jsonc` allows comments and trailing commas. Default: `json`.
 * @throws {JsonSyntaxError}
 * @throws {RangeError} for a document that is nested deeper than the stack allows.
 */
export function parseJson(text: string, dialect: 'json' | 'jsonc' = 'json'): Node {
  const errors: ParseError[] = [];
  const isStrict = dialect === 'json';
  const root = parseTree(text, errors, { disallowComments: isStrict, allowTrailingComma: !isStrict });
  const [first] = errors;
  if (first !== undefined || root === undefined) throw new JsonSyntaxError(text, first ?? { error: VALUE_EXPECTED, offset: 0 });
  return root;
}

/** `ParseErrorCode.ValueExpected`, a `const enum`, which SWC cannot import. */
const VALUE_EXPECTED = 4;

/** Finds a member of an object. If two members share a name, the last counts, as in `JSON.parse`. */
export function memberOf(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== 'object') return undefined;
  return node.children?.findLast(({ children: [key] = [] }) => key?.value === name)?.children?.[1];
}

/** Returns the line of an offset, from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
