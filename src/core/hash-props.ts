import { isExternalUrl } from './asset-path.js';
import { FETCHED_ATTRIBUTES, isFetchedForPage, isSrcset, linkTypesOf, NEXT_IMAGE } from './fetched-attributes.js';
import { urlRangesOfSrcset } from './srcset.js';

/** The URL to use in place of a written one; `undefined`: leave it as it is. */
export type FindUrl = (written: string) => string | undefined;

export type Props = Readonly<Record<string, unknown>>;

const STYLE = ['style'];
const STYLESHEET_TEXT = ['children', 'dangerouslySetInnerHTML'];

/**
 * The props of an element with hashed URLs in the attributes that a browser
 * fetches for the page, in `url()` of its `style`, and in the text of a `<style>`.
 *
 * @param element its name, or {@link NEXT_IMAGE}.
 * @returns the same object if there is nothing to hash, a new one otherwise.
 */
export function hashProps(element: string, props: Props, find: FindUrl): Props {
  const attributes = FETCHED_ATTRIBUTES.get(element) ?? (element === 'style' ? STYLESHEET_TEXT : undefined);
  const hasStyle = 'style' in props;
  if (!(attributes || hasStyle) || isKept(element, props)) return props;
  const hashCss = (css: unknown) => (typeof css === 'string' ? hashUrlFunctions(css, find) : css);
  return replaceValues(props, attributes ? (hasStyle ? [...attributes, ...STYLE] : attributes) : STYLE, (value, name) => {
    if (typeof value === 'object')
      return value && CSS_OBJECT.test(name) ? replaceValues(value as Props, Object.keys(value), hashCss) : value;
    if (typeof value !== 'string') return value;
    if (name === 'children') return hashCss(value);
    if (isSrcset(name)) return hashSrcset(value, find);
    const url = find(value);
    return url && !(SAME_ORIGIN.test(element) && isExternalUrl(url)) ? url : value;
  });
}

/** Browsers take these from the page's own origin alone (SVG 2, section 5.6; HTML Standard, "start-the-track-processing-model"). */
const SAME_ORIGIN = /^(?:use|track|next\/image)$/;

const CSS_OBJECT = /^(?:style|dangerously)/;

/** What elements of a page load. No element holds the URL that `fetch()` or a worker loads, so a preload for them stays plain. */
const PRELOADED_FOR_ELEMENTS = /^(?:style|script|image|font|audio|video|track)$/;

/** An `integrity` of its own says that the author knows the bytes; `data-no-hash`, that the URL is to stay. */
function isKept(element: string, { integrity, 'data-no-hash': noHash = false, rel, as, loader }: Props): boolean {
  if (integrity || noHash !== false) return true;
  // A loader gets a name that its service knows the image by.
  if (element !== 'link') return element === NEXT_IMAGE && loader !== undefined;
  if (typeof rel !== 'string' || !isFetchedForPage(rel)) return true;
  return linkTypesOf(rel).some((type) => /^pre(?:load|fetch)$/.test(type)) && !PRELOADED_FOR_ELEMENTS.test(String(as));
}

/** Reads each of the properties once, as it may be a getter. Never changes the object, which may be frozen, or another element's too. */
function replaceValues(props: Props, names: readonly string[], replace: (value: unknown, name: string) => unknown): Props {
  const replaced: Record<string, unknown> = {};
  let isChanged = false;
  for (const name of names) {
    if (!(name in props)) continue;
    const value = props[name];
    replaced[name] = replace(value, name);
    isChanged ||= replaced[name] !== value;
  }
  if (!isChanged) return props;
  const copy: Record<string, unknown> = {};
  for (const name in props) copy[name] = name in replaced ? replaced[name] : props[name];
  return copy;
}

function hashSrcset(srcset: string, find: FindUrl): string {
  let hashed = '';
  let from = 0;
  for (const [start, end] of urlRangesOfSrcset(srcset)) {
    const url = srcset.slice(start, end);
    hashed += srcset.slice(from, start) + (find(url) ?? url);
    from = end;
  }
  return hashed + srcset.slice(from);
}

/** A comment or a string, which are skipped, or a `url()` (CSS Syntax Level 3, section 4.3). One with escapes is left as it is. */
const CSS_TOKEN = /\/\*.*?\*\/|url\(\s*(?:"([^"\\\n]*)"|'([^'\\\n]*)'|([^\s"'()\\]+))\s*\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gis;

function hashUrlFunctions(css: string, find: FindUrl): string {
  if (!/url\(/i.test(css)) return css;
  return css.replace(CSS_TOKEN, (written, quoted, inApostrophes, bare) => {
    const url = find(quoted ?? inApostrophes ?? bare ?? '');
    return url ? `url("${url.replace(/"/g, '%22')}")` : written;
  });
}
