import type { AssetPath } from 'next-smart-cache';
import { POSTCARDS } from './postcards';

/** In the order in which they apply. */
export const STYLESHEETS: readonly AssetPath[] = [
  '/vendor/bootstrap/bootstrap.min.css',
  '/vendor/katex/katex.min.css',
  '/vendor/leaflet/leaflet.css',
  '/css/fonts.css',
  '/css/example.css',
  '/css/gallery.css',
];

export const CLASSIC_SCRIPTS: readonly AssetPath[] = [
  '/vendor/bootstrap/bootstrap.bundle.min.js',
  '/vendor/katex/katex.min.js',
  '/vendor/leaflet/leaflet.js',
  '/js/application.js',
];

/** It imports the other modules. */
export const GALLERY_MODULE: AssetPath = '/js/gallery/main.js';

/** Every file of `public/` that the pages load: by a tag, a stylesheet, a module, or Leaflet. */
export const PAGE_FILES: readonly AssetPath[] = [
  ...STYLESHEETS,
  ...CLASSIC_SCRIPTS,
  GALLERY_MODULE,
  '/js/gallery/lightbox.js',
  '/js/gallery/keyboard.js',
  '/img/logo.svg',
  '/img/island.svg',
  '/img/icons/first.svg',
  '/img/icons/repeat.svg',
  '/img/icons/deploy.svg',
  '/img/icons/style.svg',
  '/img/icons/script.svg',
  '/img/icons/image.svg',
  '/img/icons/font.svg',
  ...POSTCARDS.map(({ path }) => path),
  '/vendor/leaflet/images/marker-icon.png',
  '/vendor/leaflet/images/marker-shadow.png',
  '/vendor/inter/inter-latin-400-normal.woff2',
  '/vendor/inter/inter-latin-600-normal.woff2',
  '/vendor/inter/inter-latin-700-normal.woff2',
  '/vendor/inter/inter-latin-800-normal.woff2',
  '/vendor/katex/fonts/KaTeX_Main-Regular.woff2',
  '/vendor/katex/fonts/KaTeX_Math-Italic.woff2',
  '/vendor/katex/fonts/KaTeX_Size2-Regular.woff2',
  '/vendor/katex/fonts/KaTeX_Size3-Regular.woff2',
];
