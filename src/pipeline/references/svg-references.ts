import { Tokenizer } from 'htmlparser2';
import { findCssReferences } from './css-references.js';
import type { BrokenSpot, FoundReference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

const URL_ATTRIBUTES = new Set(['href', 'xlink:href']);

/**
 * The references of an SVG image: `href` and `xlink:href`, links that a reader
 * clicks as a kind of their own, and the stylesheets in it.
 *
 * @param text without a byte-order mark.
 * @param onBrokenSpot told of spots in the stylesheets that browsers skip or misread.
 * @throws {ReferencesUnreadableError}
 */
export function findSvgReferences(text: string, onBrokenSpot: (spot: BrokenSpot) => void = () => {}): FoundReference[] {
  const references: FoundReference[] = [];
  let element = '';
  let attribute = '';
  let attributeEnd = 0;
  let value = '';
  let styleStart: number | undefined;
  /** What in a `<style>` is markup, and no CSS. */
  let markup: [start: number, end: number][] = [];
  let hasEntity = false;

  const tokens = new Tokenizer(
    { xmlMode: true, decodeEntities: true },
    {
      onopentagname(start, end) {
        element = localName(text.slice(start, end));
      },
      onattribname(start, end) {
        attribute = text.slice(start, end);
        attributeEnd = end;
        value = '';
      },
      onattribdata(start, end) {
        value += text.slice(start, end);
      },
      onattribentity(codePoint) {
        value += String.fromCodePoint(codePoint);
      },
      onattribend(_quote, end) {
        if (!URL_ATTRIBUTES.has(attribute)) return;
        const range = valueRange(text, attributeEnd, end);
        references.push({ kind: element === 'a' ? 'page' : 'url', notation: 'xml', url: value, ...range });
      },
      onopentagend(end) {
        if (element !== 'style') return;
        styleStart = end + 1;
        markup = [];
        hasEntity = false;
      },
      oncdata(start, end, endOffset) {
        markup.push([start - '<![CDATA['.length, start], [end - endOffset, end - endOffset + ']]>'.length]);
      },
      oncomment(start, end, endOffset) {
        markup.push([start - '<!--'.length, end - endOffset + '-->'.length]);
      },
      ontextentity() {
        hasEntity = true;
      },
      onclosetag(start) {
        if (styleStart === undefined) return;
        if (hasEntity) {
          throw new ReferencesUnreadableError(
            styleStart,
            'its <style> holds character references such as "&amp;"; put it into <![CDATA[ … ]]>',
          );
        }
        addCss(styleStart, start - '</'.length);
        styleStart = undefined;
      },
      ontext() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onselfclosingtag() {},
      onend() {},
    },
  );
  tokens.write(text);
  tokens.end();
  return references;

  function addCss(start: number, end: number): void {
    const css = blankedOut(text, start, end, markup);
    for (const reference of findCssReferences(css, ({ offset, why }) => onBrokenSpot({ offset: offset + start, why }))) {
      references.push({ ...reference, start: reference.start + start, end: reference.end + start });
    }
  }
}

/** A part of a text, with white space in the place of some ranges: all else stays where it is. */
function blankedOut(text: string, start: number, end: number, ranges: readonly [start: number, end: number][]): string {
  const pieces: string[] = [];
  let copied = start;
  for (const [from, to] of ranges) {
    pieces.push(text.slice(copied, from), ' '.repeat(to - from));
    copied = to;
  }
  return pieces.join('') + text.slice(copied, end);
}

/** Where an attribute's value stands, from the end of its name to the end of all of it. */
function valueRange(text: string, nameEnd: number, end: number): { start: number; end: number } {
  const attribute = text.slice(nameEnd, end);
  const quote = attribute.search(/["']/);
  if (quote !== -1) return { start: nameEnd + quote + 1, end: end - 1 };
  // Without quotes it is no XML, but some readers are lenient. There may be no value either.
  const equals = attribute.indexOf('=');
  return { start: equals === -1 ? end : nameEnd + equals + 1, end };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
