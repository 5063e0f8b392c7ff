import { ReferencesUnreadableError } from './reference.js';

/** The text of each entity, by name. */
export type Entities = ReadonlyMap<string, string>;

/** The five that every XML document has (XML 1.0, section 4.6). */
const PREDEFINED: Entities = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

const ENTITY_DECLARATION = /<!ENTITY\s+([^\s%"']+)\s+(?:"([^"]*)"|'([^']*)')/g;

/**
 * The entities that a document type declares, such as the namespaces in files
 * of Adobe Illustrator. Those that hold markup or other entities are left out.
 */
export function declaredEntities(doctype: string): Entities {
  const entities = new Map(PREDEFINED);
  for (const [, name = '', double, single = ''] of doctype.matchAll(ENTITY_DECLARATION)) {
    const value = double ?? single;
    // The first declaration of a name counts (XML 1.0, section 4.2).
    if (!entities.has(name) && !/[&<%]/.test(value)) entities.set(name, value);
  }
  return entities;
}

export function predefinedEntities(): Entities {
  return PREDEFINED;
}

/** A part of decoded text, and the part of the file that it comes from. */
interface Piece {
  /** In the decoded text. */
  at: number;
  length: number;
  /** In the file. */
  start: number;
  end: number;
  /** Whether both are the same text; otherwise it is one character reference. */
  isVerbatim: boolean;
  isCdata: boolean;
}

/** Text as an XML parser hands it on, which knows where in the file each part of it is. */
export class XmlText {
  value = '';
  readonly #source: string;
  readonly #entities: Entities;
  readonly #pieces: Piece[] = [];
  #end = 0;

  /** @param source text of the whole file. */
  constructor(source: string, entities: Entities) {
    this.#source = source;
    this.#entities = entities;
  }

  /** @param form how this part of the file is written. */
  append(start: number, end: number, form: 'text' | 'attribute' | 'cdata'): this {
    let position = start;
    if (form !== 'cdata') {
      for (const { 0: written, index } of this.#source.slice(start, end).matchAll(form === 'text' ? REFERENCE : REFERENCE_OR_BREAK)) {
        const decoded = this.#decode(written);
        if (decoded === undefined) continue;
        this.#add(position, start + index, false);
        this.#add(start + index, start + index + written.length, false, decoded);
        position = start + index + written.length;
      }
    }
    this.#add(position, end, form === 'cdata');
    this.#end = end;
    return this;
  }

  /**
   * The part of the file that a part of the decoded text comes from.
   *
   * @throws {ReferencesUnreadableError} if the part is cut by markup, or
   * begins or ends within an entity: it cannot be replaced.
   */
  sourceOf(start: number, end: number): { start: number; end: number; isCdata: boolean } {
    const [from, to] = [this.#indexAt(start), this.#indexAt(Math.max(start, end - 1))];
    const [first, last] = [this.#pieces[from], this.#pieces[to]];
    if (first === undefined || last === undefined) return { start: this.#end, end: this.#end, isCdata: false };
    const isWhole = (first.isVerbatim || start === first.at) && (last.isVerbatim || end === last.at + last.length || start === end);
    if (!isWhole || !this.#isUnbroken(from, to)) {
      throw new ReferencesUnreadableError(this.offsetOf(start), 'a URL in it is put together from an entity or cut in two by markup');
    }
    const sourceStart = first.isVerbatim ? first.start + start - first.at : first.start;
    const sourceEnd = last.isVerbatim ? last.start + end - last.at : last.end;
    return { start: sourceStart, end: start === end ? sourceStart : sourceEnd, isCdata: first.isCdata };
  }

  /** Where in the file an offset of the decoded text is, near enough for a message. */
  offsetOf(offset: number): number {
    const piece = this.#pieces[this.#indexAt(offset)];
    if (piece === undefined) return this.#end;
    return piece.isVerbatim ? piece.start + offset - piece.at : piece.start;
  }

  #add(start: number, end: number, isCdata: boolean, decoded?: string): void {
    if (start === end) return;
    const value = decoded ?? this.#source.slice(start, end);
    this.#pieces.push({ at: this.value.length, length: value.length, start, end, isVerbatim: decoded === undefined, isCdata });
    this.value += value;
  }

  #decode(written: string): string | undefined {
    if (!written.startsWith('&')) return ' ';
    const code = /^&#(?:x([\da-f]{1,8})|(\d{1,8}));$/i.exec(written);
    if (!code) return this.#entities.get(written.slice(1, -1));
    const value = code[1] === undefined ? Number(code[2]) : Number.parseInt(code[1], 16);
    const isSurrogate = value >= 0xd800 && value <= 0xdfff;
    return value <= 0x10ffff && !isSurrogate ? String.fromCodePoint(value) : undefined;
  }

  /** Binary search: a style sheet may hold thousands of references. */
  #indexAt(offset: number): number {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#pieces[middle] as Piece).at <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether no markup is between some pieces, which are given by their indices. */
  #isUnbroken(first: number, last: number): boolean {
    const pieces = this.#pieces.slice(first, last + 1);
    return pieces.every((piece, index) => index === 0 || piece.start === pieces[index - 1]?.end);
  }
}

const REFERENCE = /&[^&;\s<]{1,100};/g;
/** XML 1.0, section 3.3.3: white space in an attribute is a space. */
const REFERENCE_OR_BREAK = /&[^&;\s<]{1,100};|\r\n|[\t\n\r]/g;
