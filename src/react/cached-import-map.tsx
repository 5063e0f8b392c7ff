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
 * modules of `public/`: leads from the name by which a module is imported to
 * its hashed URL, with the integrity of each. It holds the modules that can be
 * reached from those whose paths stand in the source of the app, and the names
 * of the `modules.imports` option.
 *
 * Belongs into the `<head>`, above all module scripts, once a page. With it,
 * `<CachedScript type="module">` is no longer async: it stays where it is
 * written, and runs when the document has been parsed.
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
      if (onMissing !== undefined) warnOfUnseenImportMap();
      return null;
    }
    // A browser has the map in the page already, and need not download it a second time.
    const html = importMap === true ? '' : JSON.stringify(importMap).replace(/</g, '\\u003c');
    // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON of our own, with every `<` escaped; React 18 would escape its quotes too.
    return <script {...props} ref={ref} type="importmap" suppressHydrationWarning dangerouslySetInnerHTML={{ __html: html }} />;
  };
  return keepMounted(Object.assign(forwardRef(render), { displayName: 'CachedImportMap' }));
}

let isSaid = false;

/** The source scan looks at the app's own files; a component of another package may render one all the same. */
function warnOfUnseenImportMap(): void {
  if (isSaid) return;
  isSaid = true;
  console.warn(
    'next-smart-cache: <CachedImportMap> rendered nothing\n' +
      '  Why: no source file of the app mentions it, so no import map was made\n' +
      '  Fix: render it in a file of the app, or name the package that renders it in transpilePackages',
  );
}
