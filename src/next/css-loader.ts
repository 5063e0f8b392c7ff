import { lookUpUrl, type RenderManifest, withoutBasePath } from '../core/render-manifest.js';
import { readTextIfThere } from '../disk/files.js';
import { findCssReferences } from '../pipeline/references/css-references.js';
import { type Edit, rewriteReferences } from '../pipeline/references/rewrite-references.js';
import { parseRenderModule } from '../pipeline/render-modules.js';

/** The part of a loader's context that webpack and Turbopack share. */
interface LoaderContext {
  /** `moduleFile`: absolute path of the generated module with the manifest. */
  getOptions(): { moduleFile: string };
  addDependency(file: string): void;
  callback(error: null, content: string | Buffer, map?: unknown, meta?: object): void;
}

/**
 * Loader for the stylesheets that Next bundles: `url(/img/bg.png)` gets the
 * hashed URL of the file in `public/`. A stylesheet without such a URL passes
 * as it came, and is not compiled again when a file of `public/` changes.
 *
 * @param map source map of the loaders before. No line changes its number, so it stays right.
 * @param meta what loaders hand on to each other.
 */
export default function smartCacheCssLoader(this: LoaderContext, content: string | Buffer, map?: unknown, meta?: object): void {
  const css = content.toString();
  const hashed = hashCss(css, () => {
    const { moduleFile } = this.getOptions();
    this.addDependency(moduleFile);
    return readRenderManifest(moduleFile);
  });
  if (hashed === css) this.callback(null, content, map, meta);
  // A syntax tree that PostCSS hands on would still have the old URLs.
  else this.callback(null, hashed, map, { ...meta, ast: undefined });
}

/** Matches all CSS with a URL that begins with a slash. Does not match comments alone. */
export const MAY_NAME_PUBLIC_FILE = /["'(\s]\/[^\s/*]/;

/**
 * Puts hashed URLs in the place of those that name a file of `public/`, in a
 * stylesheet or a single value of one: `url(/img/bg.png)`, with or without the
 * app's `basePath`. All other URLs stay as they are, and so does every line.
 *
 * @param readManifest called only if the CSS has a URL that may name such a file.
 * @returns the same text if nothing changes.
 */
export function hashCss(css: string, readManifest: () => RenderManifest | undefined): string {
  if (!MAY_NAME_PUBLIC_FILE.test(css)) return css;
  // The bundler resolves what an `@import` names.
  const references = findCssReferences(css).filter(({ kind, url }) => /^(?:url|font)$/.test(kind) && url.trim().startsWith('/'));
  const manifest = references.length > 0 ? readManifest() : undefined;
  if (!manifest) return css;
  const edits = references.flatMap((reference): Edit[] => {
    const url = findUrl(reference.url.trim(), manifest);
    // `url` ends with `?query` and `#fragment` already: the look-up knows whether they are part of the name.
    return url === undefined ? [] : [{ reference: { ...reference, url: '' }, url }];
  });
  return edits.length === 0 ? css : rewriteReferences(css, edits);
}

function findUrl(written: string, manifest: RenderManifest): string | undefined {
  const url = lookUpUrl(manifest, withoutBasePath(manifest, written));
  return url === written ? undefined : url;
}

/** The newest module that was read, and its manifest: an app may have hundreds of stylesheets, and its manifest thousands of files. */
let latest: { text: string; manifest: RenderManifest } | undefined;

/** The manifest in a generated module; `undefined` if there is none. */
export function readRenderManifest(moduleFile: string): RenderManifest | undefined {
  const text = readTextIfThere(moduleFile);
  if (text === undefined) return undefined;
  if (latest?.text !== text) latest = { text, manifest: parseRenderModule(text) };
  return latest.manifest;
}
