import { ReferencesUnreadableError } from './reference.js';

/** Name of an entity → its text. */
type Entities = ReadonlyMap<string, string>;

/** The entities of every XML document (https://www.w3.org/TR/xml/#sec-predefined-ent). */
export const PREDEFINED_ENTITIES: Entities = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

const ENTITY_DECLARATION = /<!ENTITY\s+([^\s%"']+)\s+(?:"([^"]*)"|'([^']*)')/g;

/**
 * Returns the entities that a document type declares, such as the namespaces in
 * files of Adobe Illustrator. It leaves out entities with markup or other entities.
 */
export function declaredEntities(doctype: string): Entities {
  const entities = new Map(PREDEFINED_ENTITIES);
  for (const [, name = '', double, single = ''] of doctype.matchAll(ENTITY_DECLARATION)) {
    const value = double ?? single;
    // The first declaration of a name counts (https://www.w3.org/TR/xml/#sec-entity-decl).
    if (!entities.has(name) && !/[&<%]/.test(value)) entities.set(name, value);
  }
  return entities;
}

/** A part of decoded text, with its range in the file. */
interface Piece {
  /** The offset in the decoded text. */
  at: number;
  length: number;
  /** The range in the file. */
  start: number;
  end: number;
  /** Whether both texts are equal. Otherwise the piece is one character reference. */
  isVerbatim: boolean;
  isCdata: boolean;
}

/** Decoded XML text that knows the place of each part in the file. */
export class XmlText {
  value = '';
  readonly #file: string;
  readonly #entities: Entities;
  readonly #pieces: Piece[] = [];
  #end = 0;

  /** @param file text of the whole file. */
  constructor(file: string, entities: Entities) {
    this.#file = file;
    this.#entities = entities;
  }

  /** Decodes a part of the file and appends it. */
  append(start: number, end: number, form: 'text' | 'attribute' | 'cdata'): this {
    let position = start;
    if (form !== 'cdata') {
      for (const { 0: written, index } of this.#file.slice(start, end).matchAll(form === 'text' ? REFERENCE : REFERENCE_OR_BREAK)) {
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
   * Returns the range in the file of a part of the decoded text.
   *
   * @throws {ReferencesUnreadableError} if markup cuts the part in two, or if it
   * begins or ends inside an entity, so that it cannot be replaced.
   */
  rangeInFile(start: number, end: number): { start: number; end: number; isCdata: boolean } {
    const [from, to] = [this.#indexAt(start), this.#indexAt(Math.max(start, end - 1))];
    const [first, last] = [this.#pieces[from], this.#pieces[to]];
    if (first === undefined || last === undefined) return { start: this.#end, end: this.#end, isCdata: false };
    const isWhole = (first.isVerbatim || start === first.at) && (last.isVerbatim || end === last.at + last.length || start === end);
    if (!isWhole || !this.#isUnbroken(from, to)) {
      throw new ReferencesUnreadableError(this.offsetOf(start), 'a URL in it is put together from an entity or cut in two by markup');
    }
    const fileStart = first.isVerbatim ? first.start + start - first.at : first.start;
    const fileEnd = last.isVerbatim ? last.start + end - last.at : last.end;
    return { start: fileStart, end: start === end ? fileStart : fileEnd, isCdata: first.isCdata };
  }

  /** Returns the place in the file of a decoded offset, for messages. Inside an entity it is the entity's start. */
  offsetOf(offset: number): number {
    const piece = this.#pieces[this.#indexAt(offset)];
    if (piece === undefined) return this.#end;
    return piece.isVerbatim ? piece.start + offset - piece.at : piece.start;
  }

  #add(start: number, end: number, isCdata: boolean, decoded?: string): void {
    if (start === end) return;
    const value = decoded ?? this.#file.slice(start, end);
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

  /** Uses a binary search, since a stylesheet may have thousands of character references. */
  #indexAt(offset: number): number {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#pieces[middle] as Piece).at <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Whether no markup is between the pieces with these indices. */
  #isUnbroken(first: number, last: number): boolean {
    const pieces = this.#pieces.slice(first, last + 1);
    return pieces.every((piece, index) => index === 0 || piece.start === pieces[index - 1]?.end);
  }
}

const REFERENCE = /&[^&;\s<]{1,100};/g;
/** XML turns each white space in an attribute into a space (https://www.w3.org/TR/xml/#AVNormalize). */
const REFERENCE_OR_BREAK = /&[^&;\s<]{1,100};|\r\n|[\t\n\r]/g;
