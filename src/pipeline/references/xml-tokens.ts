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
 * and a tag that the end of the text cuts off. It accepts attributes without quotes
 * or value, as HTML parsers do in an inlined SVG.
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
