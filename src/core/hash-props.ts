import { FETCHED_ATTRIBUTES, type NEXT_IMAGE } from './fetched-attributes.js';

/** The URL to use in place of a written one; `undefined`: leave it as it is. */
export type FindUrl = (written: string) => string | undefined;

export type Props = Readonly<Record<string, unknown>>;

/**
 * The props of an element with hashed URLs in the attributes that a browser
 * fetches for the page, in `url()` of its `style`, and in the text of a `<style>`.
 *
 * @param element its name, or {@link NEXT_IMAGE}.
 * @returns the same object if no attribute of the element may hold such a URL, otherwise a copy.
 */
export function hashProps(element: string, props: Props, find: FindUrl): Props {
  const attributes = FETCHED_ATTRIBUTES[element];
  const { style } = props;
  const hashedStyle = style && hashCss(style, find);
  if (!attributes && hashedStyle === style) return props;
  // Each property is read once, as it may be a getter; and the object may be frozen, or another element's too.
  const copy: Record<string, unknown> = { ...props };
  // An `integrity` says that the author knows the bytes, `data-no-hash` that the URL is to stay; a loader gets a name and no URL.
  if (copy.integrity || copy.loader || copy['data-no-hash'] != null || (element === 'link' && !isHashedLink(copy))) return copy;
  if (style) copy.style = hashedStyle;
  for (const name of attributes ?? []) {
    const value = copy[name];
    if (element === 'style' && value) copy[name] = hashCss(value, find);
    else if (typeof value === 'string') copy[name] = name.endsWith('Set') ? hashSrcset(value, find) : hashUrl(value, element, find);
  }
  return copy;
}

function hashUrl(written: string, element: string, find: FindUrl): string {
  const url = find(written);
  // Browsers take these from the page's own origin alone (SVG 2, section 5.6; HTML Standard, "start-the-track-processing-model"), as Next does with its images.
  return url && !(/use|track|next/.test(element) && EXTERNAL.test(url)) ? url : written;
}

const EXTERNAL = /^(\w+:)?\/\//;

/** Hashes the URLs that begin at the root. Text that only looks like one, such as a part of a `data:` URL, is not in the manifest. */
function hashSrcset(srcset: string, find: FindUrl): string {
  return srcset.replace(/(^|[\s,])(\/\S*[^\s,])/g, (written, before, url) => {
    const hashed = find(url);
    return hashed ? before + hashed : written;
  });
}

/** CSS, or an object with CSS in its properties. */
function hashCss(css: unknown, find: FindUrl): unknown {
  if (typeof css === 'string') {
    return css.replace(URL_TOKEN, (written, quoted, inApostrophes, bare) => {
      const hashed = find(quoted || inApostrophes || bare || '');
      // From another origin, browsers load fonts, masks and filters only with CORS, which CSS cannot ask for.
      return hashed && !EXTERNAL.test(hashed) ? `url("${hashed}")` : written;
    });
  }
  // React joins the strings between the tags of a `<style>`.
  if (Array.isArray(css)) return css.map((part) => (typeof part === 'string' ? hashCss(part, find) : part));
  let hashed = css;
  for (const name in css as Props) {
    const value = (css as Props)[name];
    // Most have none, and a page may have thousands.
    if (typeof value === 'string' && /url\(/i.test(value)) hashed = { ...(hashed as Props), [name]: hashCss(value, find) };
  }
  return hashed;
}

/** A `url()`, or a comment or a string, in which there is none (CSS Syntax Level 3, section 4.3). One with escapes stays as it is. */
const URL_TOKEN =
  /url\(\s*(?:"([^"\\\n]*)"|'([^'"\\\n]*)'|([^\s"'()\\]+))\s*\)|\/\*.*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/gis;

/** Leaves a preload for `fetch()` or a worker plain, since no element holds the URL that they load. The same for one without `as`, whose use is unknown. */
function isHashedLink({ rel, as }: Props): boolean {
  return /stylesheet|modulep|icon|manifest|pre(load|fetch).*>(?!fetch|worker|undef)/i.test(`${String(rel)}>${String(as)}`);
}
