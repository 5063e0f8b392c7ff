import { Tokenizer } from 'htmlparser2';
import { findCssReferences } from './css-references.js';
import type { FoundReference } from './reference.js';
import { ReferencesUnreadableError } from './references-unreadable-error.js';

const URL_ATTRIBUTES = new Set(['href', 'xlink:href']);

/**
 * The references of an SVG image: `href` and `xlink:href`, but for links that
 * a reader clicks, and the stylesheets in it.
 *
 * @param text without a byte-order mark.
 * @throws {ReferencesUnreadableError}
 */
export function findSvgReferences(text: string): FoundReference[] {
  const references: FoundReference[] = [];
  let element = '';
  let attribute = '';
  let attributeEnd = 0;
  let value = '';
  let styleStart: number | undefined;
  let hasCdata = false;
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
        if (element === 'a' || !URL_ATTRIBUTES.has(attribute)) return;
        const range = valueRange(text, attributeEnd, end);
        references.push({ kind: 'url', notation: 'xml', url: value, ...range });
      },
      onopentagend(end) {
        if (element !== 'style') return;
        styleStart = end + 1;
        hasCdata = hasEntity = false;
      },
      oncdata(start, end, endOffset) {
        hasCdata = true;
        if (styleStart !== undefined) addCss(start, end - endOffset);
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
        if (!hasCdata) addCss(styleStart, start - '</'.length);
        styleStart = undefined;
      },
      ontext() {},
      oncomment() {},
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
    for (const reference of findCssReferences(text.slice(start, end))) {
      references.push({ ...reference, start: reference.start + start, end: reference.end + start });
    }
  }
}

/** Where an attribute's value stands, from the end of its name to the end of all of it. */
function valueRange(text: string, nameEnd: number, end: number): { start: number; end: number } {
  const quotes = [text.indexOf('"', nameEnd), text.indexOf("'", nameEnd)].filter((index) => index !== -1 && index < end);
  // Without quotes it is no XML, but some readers are lenient.
  if (quotes.length === 0) return { start: text.indexOf('=', nameEnd) + 1, end };
  return { start: Math.min(...quotes) + 1, end: end - 1 };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
