/** The files that a stylesheet loads and that were edited since the server started: decoded path → hash. */
export type Reloads = Readonly<Record<string, string>>;

interface AnyRule {
  style?: CSSStyleDeclaration;
  /** The rules inside `@media`, other at-rules, and rules with nested ones. */
  cssRules?: Iterable<AnyRule>;
  /** The stylesheet of an `@import`. */
  styleSheet?: CSSStyleSheet | null;
}

/** A declaration block with its new text. */
export interface StyleEdit {
  style: CSSStyleDeclaration;
  text: string;
  images: string[];
}

/** `url(…)`, with or without quotes. A longer URL is a `data:` URL, for which a regular expression would run out of memory. */
const URL_FUNCTION = /url\(\s*(?:"((?:[^"\\]|\\.){0,4096})"|'((?:[^'\\]|\\.){0,4096})'|([^\s"'()\\]{1,4096}))\s*\)/g;

/**
 * Finds the declarations that need a new URL. Under the old one, a document does
 * not request an image or font again, whatever its caching headers say.
 */
export function editsOf(sheet: CSSStyleSheet, reloads: Reloads): StyleEdit[] {
  const edits: StyleEdit[] = [];
  visitSheet(sheet, document.baseURI);
  return edits;

  function visitSheet(visited: CSSStyleSheet, base: string): void {
    visitRules(readableRules(visited), visited.href ?? base);
  }

  function visitRules(rules: Iterable<AnyRule>, base: string): void {
    for (const { style, cssRules, styleSheet } of rules) {
      if (styleSheet) visitSheet(styleSheet, base);
      if (cssRules) visitRules(cssRules, base);
      if (style) addEdit(style, base);
    }
  }

  function addEdit(style: CSSStyleDeclaration, base: string): void {
    const urls: string[] = [];
    const isFont = style.getPropertyValue('src') !== '';
    const text = style.cssText.replace(URL_FUNCTION, (written: string, ...groups: (string | undefined)[]) => {
      const url = editedUrl((groups[0] ?? groups[1] ?? groups[2] ?? '').replace(/\\(.)/g, '$1'), base, reloads);
      if (url === undefined) return written;
      urls.push(url);
      return `url("${url}")`;
    });
    if (urls.length > 0) edits.push({ style, text, images: isFont ? [] : urls });
  }
}

/** Browsers hide the rules of a stylesheet from another origin (CSSOM, section 6.1.2), which loads no file of the app. */
function readableRules(sheet: CSSStyleSheet): Iterable<AnyRule> {
  try {
    return sheet.cssRules as Iterable<AnyRule>;
  } catch {
    return [];
  }
}

/** Returns `undefined` for a URL that was not edited. */
function editedUrl(written: string, base: string, reloads: Reloads): string | undefined {
  try {
    const url = new URL(written, base);
    const hash = url.origin === window.location.origin ? reloads[decodeURIComponent(url.pathname)] : undefined;
    if (hash === undefined) return undefined;
    url.searchParams.set('edit', hash);
    return url.href;
  } catch {
    // The text is not a URL, or its path is not UTF-8.
    return undefined;
  }
}

/** An image that never arrives must not hold back an edit. */
const LONGEST_WAIT_MS = 2000;

/** Waits for the images, so that their places are not empty for a moment. */
export async function loadImages(edits: readonly StyleEdit[]): Promise<void> {
  const images = edits.flatMap((edit) => edit.images).map((url) => Object.assign(new Image(), { src: url }).decode());
  await Promise.race([Promise.allSettled(images), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))]);
}
