/**
 * Returns the URL to use in place of a written one, or `undefined` to keep it.
 *
 * @param mustBeSameOrigin whether a URL of another origin, such as a CDN's, does not work. Default: false.
 */
export type FindUrl = (written: string, mustBeSameOrigin?: boolean) => string | undefined;

export type Props = Readonly<Record<string, unknown>>;

/** Names the `<img>` of `next/image`. Its optimizer reads files from this server, or from hosts that the app lists. */
export const NEXT_IMAGE = 'next/image';

/** The props that hold URLs, as React names them (HTML Standard; SVG 2, section 5.5). */
const URLS: Readonly<Record<string, unknown>> = { src: 1, srcSet: 1, imageSrcSet: 1, poster: 1, data: 1, href: 1, xlinkHref: 1 };

/**
 * Matches the name of an element, followed by its `type` or `rel`, if browsers
 * never load the file from another origin (SVG 2, section 5.6; HTML Standard,
 * "start-the-track-processing-model"), or only with CORS, which a CDN may not
 * allow ("fetch a module script graph"). Next takes local images from its own origin.
 */
export const SAME_ORIGIN = /^(use|track|next)|modul/;

/**
 * Hashes the URLs in the props of an element that a browser fetches for the
 * page: in attributes, in `url()` of its `style`, and in the text of a `<style>`.
 *
 * @param element the name of the element, or {@link NEXT_IMAGE}.
 * @returns the same object if no prop may hold such a URL, otherwise a copy.
 */
export function hashProps(element: string, props: Props, find: FindUrl): Props {
  let copy: Record<string, unknown> | undefined;
  for (const name in props) {
    const isCss = element === 'style' || name === 'style';
    // Leave alone elements whose URLs are pages, which people bookmark, and custom elements, whose attributes may mean anything.
    if (isCss || (URLS[name] === 1 && !/^(a|area|i?frame)$|-/.test(element))) {
      // Read each prop once, since it may be a getter. The object may be frozen, or belong to another element too.
      copy ??= { ...props };
      if (
        // The author knows the bytes.
        copy.integrity ||
        // A loader makes the URL from a name.
        copy.loader ||
        // The author wants this URL.
        copy['data-no-hash'] != null ||
        // A preload for `fetch()` or a worker stays plain, since no element holds the URL that they load. So does a preload without `as`, since its use is unknown.
        (element === 'link' &&
          !/stylesheet|modulep|icon|manifest|pre(load|fetch).*,(?!$|[nuw]|fetch)/i.test(`${String(copy.rel)},${String(copy.as)}`))
      )
        break;
      let value = copy[name];
      if (isCss) value = hashCss(value, find);
      else if (typeof value === 'string') {
        if (!name.endsWith('Set')) value = find(value, SAME_ORIGIN.test(element + String(copy.type || copy.rel))) ?? value;
        // A part of a `data:` URL may look like a path, but is not in the manifest.
        else if (value.length < MAX_LENGTH)
          value = value.replace(/(^|[\s,])(\/\S*[^\s,])/g, (_, before, url) => before + (find(url) ?? url));
      }
      copy[name] = value;
    }
  }
  return copy ?? props;
}

/** V8 runs out of memory when a regular expression reads a long text: it keeps up to 64 MB of positions (`RegExpStack`). */
const MAX_LENGTH = 1e6;

/** @param css a text, or an object with texts in its properties. */
function hashCss(css: unknown, find: FindUrl): unknown {
  if (typeof css === 'string') {
    return css.length < MAX_LENGTH
      ? css.replace(URL_TOKEN, (written, writtenQuote, path) => {
          // Browsers load fonts, masks and filters of another origin only with CORS, which CSS cannot ask for.
          const hashed = path && find(path, true);
          // Add a quote only if necessary: React 18 writes it as `&quot;` into a `<style>`, where browsers do not decode it.
          const quote = /['()]/.test(hashed) ? '"' : writtenQuote;
          return hashed ? `url(${quote}${hashed}${quote})` : written;
        })
      : css;
  }
  let hashed = css;
  for (const name in css as Props) {
    const value = (css as Props)[name];
    // A number is an index in a list of texts in a `<style>`: React 19 does not render them, and React 18 puts comments between them.
    if (typeof value === 'string' && /url\(/i.test(value) && !(+name >= 0)) hashed = { ...(hashed as Props), [name]: hashCss(value, find) };
  }
  return hashed;
}

/**
 * A `url()` with a path, or a comment or a string, which may only look as if it
 * held one (CSS Syntax Level 3, section 4.3). A URL with escapes does not match.
 * The limit on a path keeps the time linear.
 */
const URL_TOKEN = /url\(\s*(["']?)(\/[^"\\\n]{0,499}?)\1\s*\)|\/\*.*?(\*\/|$)|"([^"\\\n]+|\\.)*"?|'([^'\\\n]+|\\.)*'?/gis;
