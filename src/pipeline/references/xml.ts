import { ReferencesUnreadableError } from './reference.js';

/** A part of an XML document. Offsets are UTF-16 code units; `end` is after the last one of the part. */
export type XmlToken =
  | { type: 'tag'; name: string; attributes: XmlAttribute[]; isEmpty: boolean }
  | { type: 'end-tag' }
  | ({ type: 'text' | 'cdata' | 'instruction' | 'doctype' } & Range);

export interface Range {
  start: number;
  end: number;
}

/** An attribute with the range of its value, without quotes. */
export interface XmlAttribute extends Range {
  name: string;
}

/**
 * Lists the tokens of an XML document (https://www.w3.org/TR/xml/) except comments
 * and tags without an end. It accepts attributes without quotes or value, as HTML
 * parsers do in an inlined SVG.
 *
 * `htmlparser2` does not fit: it ends instructions and document types at the first
 * `>`, and does not tell the offset of a decoded character.
 */
export function* xmlTokens(text: string): Generator<XmlToken> {
  let position = 0;
  while (position < text.length) {
    const open = indexOrEnd(text, '<', position);
    if (open > position) yield { type: 'text', start: position, end: open };
    if (open === text.length) return;
    if (text.startsWith('<!--', open)) {
      position = indexOrEnd(text, '-->', open + 4) + 3;
    } else if (text.startsWith('<![CDATA[', open)) {
      const end = indexOrEnd(text, ']]>', open + 9);
      yield { type: 'cdata', start: open + 9, end };
      position = end + 3;
    } else if (text.startsWith('<?', open)) {
      const end = indexOrEnd(text, '?>', open + 2);
      yield { type: 'instruction', start: open + 2, end };
      position = end + 2;
    } else if (text.startsWith('<!', open)) {
      const end = endOfDeclaration(text, open + 2);
      yield { type: 'doctype', start: open + 2, end };
      position = end + 1;
    } else if (text.startsWith('</', open)) {
      yield { type: 'end-tag' };
      position = indexOrEnd(text, '>', open) + 1;
    } else if (NAME.test(text[open + 1] ?? '')) {
      const { tag, end } = readTag(text, open + 1);
      if (tag) yield tag;
      position = end;
    } else {
      yield { type: 'text', start: open, end: open + 1 };
      position = open + 1;
    }
  }
}

/** The first character of a name. XML allows fewer, but no other token begins with the rest. */
const NAME = /[^\s!"'/<=>?]/;

function readTag(text: string, start: number): { tag?: XmlToken; end: number } {
  const attributes: XmlAttribute[] = [];
  let position = skip(text, start, isNotInName);
  const name = text.slice(start, position);
  for (;;) {
    const previous = position;
    position = skip(text, position, isNotBetween);
    if (position >= text.length) return { end: position };
    if (text[position] === '>') {
      // As in HTML, the slash of `<a href=b/>` belongs to the value.
      const isEmpty = position > previous && text[position - 1] === '/';
      return { tag: { type: 'tag', name, attributes, isEmpty }, end: position + 1 };
    }
    const nameEnd = Math.max(skip(text, position, isNotInName), position + 1);
    const attribute = { name: text.slice(position, nameEnd), start: nameEnd, end: nameEnd };
    position = skip(text, nameEnd, isNotSpace);
    if (text[position] === '=') {
      position = skip(text, position + 1, isNotSpace);
      const quote = text[position];
      const isQuoted = quote === '"' || quote === "'";
      attribute.start = isQuoted ? position + 1 : position;
      attribute.end = isQuoted ? indexOrEnd(text, quote, position + 1) : skip(text, position, isNotInValue);
      position = isQuoted ? attribute.end + 1 : attribute.end;
    }
    attributes.push(attribute);
  }
}

/** Finds the end of a `<!DOCTYPE … [ … ]>`: a `>` outside strings, comments, instructions and the internal subset. */
function endOfDeclaration(text: string, start: number): number {
  let isInSubset = false;
  let position = start;
  while (position < text.length) {
    const character = text[position];
    if (character === '"' || character === "'") position = indexOrEnd(text, character, position + 1);
    else if (text.startsWith('<!--', position)) position = indexOrEnd(text, '-->', position + 4);
    else if (text.startsWith('<?', position)) position = indexOrEnd(text, '?>', position + 2);
    else if (character === '[') isInSubset = true;
    else if (character === ']') isInSubset = false;
    else if (character === '>' && !isInSubset) return position;
    position++;
  }
  return text.length;
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from);
  return index === -1 ? text.length : index;
}

function skip(text: string, from: number, isEnd: RegExp): number {
  isEnd.lastIndex = from;
  return isEnd.exec(text)?.index ?? text.length;
}

const isNotInName = /[\s/=>]/g;
const isNotBetween = /[^\s/]/g;
const isNotSpace = /\S/g;
const isNotInValue = /[\s>]/g;

/** Name of an entity → its text. */
type Entities = ReadonlyMap<string, string>;

/** The entities of every XML document (https://www.w3.org/TR/xml/#sec-predefined-ent). */
const PREDEFINED: Entities = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

const ENTITY_DECLARATION = /<!ENTITY\s+([^\s%"']+)\s+(?:"([^"]*)"|'([^']*)')/g;

/**
 * Returns the entities that a document type declares, such as the namespaces in
 * files of Adobe Illustrator. It leaves out entities with markup or other entities.
 */
export function declaredEntities(doctype: string): Entities {
  const entities = new Map(PREDEFINED);
  for (const [, name = '', double, single = ''] of doctype.matchAll(ENTITY_DECLARATION)) {
    const value = double ?? single;
    // The first declaration of a name counts (https://www.w3.org/TR/xml/#sec-entity-decl).
    if (!entities.has(name) && !/[&<%]/.test(value)) entities.set(name, value);
  }
  return entities;
}

export function predefinedEntities(): Entities {
  return PREDEFINED;
}

/** A part of decoded text, with its range in the file. */
interface Piece {
  /** In the decoded text. */
  at: number;
  length: number;
  /** In the file. */
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
