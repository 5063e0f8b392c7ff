import Negotiator from 'negotiator';
import type { Encoding } from '../core/content-types.js';

/** A content coding, or none. */
export type Coding = Encoding | 'identity';

/** The server's order, for codings that the client likes equally: the fewest bytes first. */
const ENCODINGS: readonly Encoding[] = ['br', 'zstd', 'gzip'];

/** Returns the encodings that pass a test, in this order. Equal lists are the same object. */
export function encodingsWith(test: (encoding: Encoding) => boolean): readonly Encoding[] {
  const encodings = ENCODINGS.filter(test);
  const known = LISTS.get(encodings.join());
  if (known === undefined) LISTS.set(encodings.join(), encodings);
  return known ?? encodings;
}

/** At most eight. */
const LISTS = new Map<string, readonly Encoding[]>();

const PREFERENCE: readonly Coding[] = [...ENCODINGS, 'identity'];

/** Browsers send a few different headers. The limits stop clients that make up new ones from filling the memory. */
const REMEMBERED = { headers: 100, length: 200 };

/**
 * Chooses the coding of a response by the request's `Accept-Encoding`
 * (RFC 9110, section 12.5.3), and remembers the choice for each header.
 *
 * Without the header, the response is not encoded. If the client accepts no
 * coding that the file has, not even `identity`, the response is not encoded
 * either: section 12.4.1 allows a server to ignore the header, as Next does, and
 * such a response helps the client more than a 406.
 *
 * @returns a function of the header and the encodings that the file has.
 */
export function createNegotiation(): (header: string | undefined, available: readonly Encoding[]) => Coding {
  const remembered = new Map<readonly Encoding[], Map<string, Coding>>();
  const choicesAmong = (available: readonly Encoding[]) => {
    const choices = new Map<string, Coding>();
    remembered.set(available, choices);
    return choices;
  };
  return (header, available) => {
    if (header === undefined || available.length === 0) return 'identity';
    const choices = remembered.get(available) ?? choicesAmong(available);
    const known = choices.get(header);
    if (known !== undefined) return known;
    const choice = chooseCoding(header, available);
    if (choices.size >= REMEMBERED.headers) choices.clear();
    if (header.length <= REMEMBERED.length) choices.set(header, choice);
    return choice;
  };
}

type EncodingsOf = (available: readonly string[], options: { preferred: readonly string[] }) => Coding[];

function chooseCoding(header: string, available: readonly Encoding[]): Coding {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': header } });
  // `@types/negotiator` is of version 0.6, which had no options. This can go when it is of version 1.
  const encodings: EncodingsOf = (codings, options) => (negotiator.encodings as EncodingsOf).call(negotiator, codings, options);
  return encodings([...available, 'identity'], { preferred: PREFERENCE })[0] ?? 'identity';
}
