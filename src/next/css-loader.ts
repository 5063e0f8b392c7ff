import { hashCss, readRenderManifest } from './bundled-css.js';

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
