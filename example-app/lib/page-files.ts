import type { AssetPath } from 'next-smart-cache';

/** Whoever links the file: a tag in the page's HTML, or a stylesheet that names it in a `url()`. */
export type FileKind = 'style' | 'script' | 'image' | 'font';

export interface PageFile {
  path: AssetPath;
  kind: FileKind;
}

/** Every file of `public/` that the pages of this app use. Stylesheets in the order in which they apply. */
export const PAGE_FILES: readonly PageFile[] = [
  { path: '/vendor/bootstrap/bootstrap.min.css', kind: 'style' },
  { path: '/vendor/katex/katex.min.css', kind: 'style' },
  { path: '/vendor/leaflet/leaflet.css', kind: 'style' },
  { path: '/css/example.css', kind: 'style' },
  { path: '/vendor/bootstrap/bootstrap.bundle.min.js', kind: 'script' },
  { path: '/vendor/katex/katex.min.js', kind: 'script' },
  { path: '/vendor/leaflet/leaflet.js', kind: 'script' },
  { path: '/js/application.js', kind: 'script' },
  { path: '/img/logo.svg', kind: 'image' },
  { path: '/img/hero.svg', kind: 'image' },
  { path: '/img/island.svg', kind: 'image' },
  { path: '/vendor/leaflet/images/marker-icon.png', kind: 'image' },
  { path: '/vendor/leaflet/images/marker-shadow.png', kind: 'image' },
  { path: '/vendor/katex/fonts/KaTeX_Main-Regular.woff2', kind: 'font' },
  { path: '/vendor/katex/fonts/KaTeX_Math-Italic.woff2', kind: 'font' },
  { path: '/vendor/katex/fonts/KaTeX_Size2-Regular.woff2', kind: 'font' },
  { path: '/vendor/katex/fonts/KaTeX_Size3-Regular.woff2', kind: 'font' },
];

/** What the pages link themselves. The fonts come by way of KaTeX's stylesheet. */
export const LINKED_FILES = PAGE_FILES.filter(({ kind }) => kind !== 'font');
