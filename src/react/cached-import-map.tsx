import { type ComponentPropsWithoutRef, type ForwardedRef, type ForwardRefExoticComponent, forwardRef, type RefAttributes } from 'react';
import type { RenderManifest } from '../core/render-manifest.js';
import { keepMounted } from './react-version.js';

/** Every prop of a `<script>` that an import map may have. */
export type CachedImportMapProps = Omit<
  ComponentPropsWithoutRef<'script'>,
  'type' | 'src' | 'async' | 'defer' | 'noModule' | 'integrity' | 'children' | 'dangerouslySetInnerHTML'
>;

/**
 * `<script type="importmap">` (HTML Standard, section 8.1.6.2) for the ES
 * modules of `public/`: maps the name by which a module is imported to its
 * hashed URL, with its integrity. It holds the modules whose paths the app
 * source names, the modules that those import, and the names of the
 * `modules.imports` option.
 *
 * Put it into the `<head>`, before all module scripts, once on a page. With it,
 * `<CachedScript type="module">` is not async: it stays where you write it, and
 * runs when the browser has parsed the document.
 *
 * @example
 * <head>
 *   <CachedImportMap nonce={nonce} />
 *   <CachedScript type="module" src="/js/main.js" />
 * </head>
 */
export type CachedImportMapComponent = ForwardRefExoticComponent<CachedImportMapProps & RefAttributes<HTMLScriptElement>>;

export function createCachedImportMap({ importMap, onMissing }: RenderManifest): CachedImportMapComponent {
  const render = (props: CachedImportMapProps, ref: ForwardedRef<HTMLScriptElement>) => {
    if (importMap === undefined) {
      if (onMissing !== undefined) warnOfEmptyImportMap();
      return null;
    }
    // `true` in a browser: the page already holds the map.
    const html = importMap === true ? '' : JSON.stringify(importMap).replace(/</g, '\\u003c');
    // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON with every `<` escaped. As a child, React 18 would escape its quotes.
    return <script {...props} ref={ref} type="importmap" suppressHydrationWarning dangerouslySetInnerHTML={{ __html: html }} />;
  };
  return keepMounted(Object.assign(forwardRef(render), { displayName: 'CachedImportMap' }));
}

let isReported = false;

/** Warns of an import map that the scan has not seen: the scan reads app source only, and a component of another package may render one. */
function warnOfEmptyImportMap(): void {
  if (isReported) return;
  isReported = true;
  console.warn(
    'next-smart-cache: <CachedImportMap> rendered nothing\n' +
      '  Why: no source file of the app mentions it, so no import map was made\n' +
      '  Fix: render it in a file of the app, or name the package that renders it in transpilePackages',
  );
}
