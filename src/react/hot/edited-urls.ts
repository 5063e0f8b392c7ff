/** What a stylesheet loads that was edited since the server was started: decoded path of its URL → hash. */
export type Reloads = Readonly<Record<string, string>>;

/** A rule of a stylesheet, of whatever kind. */
interface AnyRule {
  style?: CSSStyleDeclaration;
  /** Of `@media` and others, and of nested rules. */
  cssRules?: Iterable<AnyRule>;
  /** Of `@import`. */
  styleSheet?: CSSStyleSheet | null;
}

/** A declaration block whose URLs are to be others. */
export interface StyleEdit {
  style: CSSStyleDeclaration;
  text: string;
  /** Those of them that lead to images. */
  images: string[];
}

/** `url(…)`: with either quotes, or with none. */
const URL_FUNCTION = /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'()\\]+))\s*\)/g;

/**
 * A document asks for an image or font once, whatever its server says of
 * caching: what was edited since needs another URL.
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

/** None of a sheet from another origin (CSSOM, section 6.1.2), such as a web font's: nothing that it loads is ours. */
function readableRules(sheet: CSSStyleSheet): Iterable<AnyRule> {
  try {
    return sheet.cssRules as Iterable<AnyRule>;
  } catch {
    return [];
  }
}

/** `undefined` for one that was not edited. */
function editedUrl(written: string, base: string, reloads: Reloads): string | undefined {
  try {
    const url = new URL(written, base);
    const hash = url.origin === window.location.origin ? reloads[decodeURIComponent(url.pathname)] : undefined;
    if (hash === undefined) return undefined;
    url.searchParams.set('edit', hash);
    return url.href;
  } catch {
    // Not a URL, or no UTF-8 in it.
    return undefined;
  }
}

/** In milliseconds. An edit is not held back by an image that never arrives. */
const LONGEST_WAIT = 2000;

/** Waits for the images, so that they are there when the sheet is: without them, their places would be empty for a moment. */
export async function loadImages(edits: readonly StyleEdit[]): Promise<void> {
  const images = edits.flatMap((edit) => edit.images).map((url) => Object.assign(new Image(), { src: url }).decode());
  await Promise.race([Promise.allSettled(images), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
}
