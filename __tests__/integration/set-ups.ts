import type { NextLine } from '../support/installed-next';
import type { LinkedPage } from '../support/page-contract';
import type { Router } from './matrix';

/** A way to set Next up, with a fixture folder of its own name that is laid over the apps of its routers. */
export interface SetUp {
  fixture: string;
  routers: readonly Router[];
  line?: NextLine;
  bundler?: 'turbopack' | 'webpack';
  basePath?: string;
  /** Whether the paths of pages end with a slash. */
  trailingSlash?: boolean;
  delivery?: 'static';
  /** Whether hashed URLs begin with the origin of a CDN, which is a server of its own in the test. */
  onCdn?: boolean;
  /** How the built app is served. Default: `next start`. */
  serve?: 'standalone' | 'custom-server' | 'out-folder';
  /** Pages besides, or in place of, those of the routers. */
  pages?: readonly LinkedPage[];
  /** Answers other than pages that are checked, in addition to those of the routers. */
  documents?: readonly Pick<LinkedPage, 'path' | 'links'>[];
  /** Pages of the routers that this set-up cannot have. */
  without?: readonly string[];
}

const LEGACY = ['/legacy/site.css', '/legacy/application.js', '/legacy/icon.svg'];

const EDGE = {
  pages: [{ path: '/edge', hydrated: 'edge', links: ['/js/late.js', '/img/photo.png'] }],
  documents: [{ path: '/edge/route', links: ['/img/photo.png'] }],
};

export const SET_UPS: readonly SetUp[] = [
  { fixture: 'base-path', routers: ['app-router', 'pages-router'], basePath: '/docs' },
  { fixture: 'asset-prefix', routers: ['app-router', 'pages-router'] },
  { fixture: 'cdn-prefix', routers: ['app-router', 'pages-router'], onCdn: true },
  { fixture: 'trailing-slash', routers: ['app-router', 'pages-router'], trailingSlash: true },
  {
    fixture: 'i18n-base-path',
    routers: ['pages-router'],
    basePath: '/docs',
    pages: [{ path: '/de/legacy', hydrated: 'legacy', links: LEGACY }],
  },
  { fixture: 'case-sensitive', routers: ['app-router'] },
  { fixture: 'dist-dir', routers: ['app-router', 'pages-router'] },
  { fixture: 'proxy-everything', routers: ['app-router', 'pages-router'] },
  { fixture: 'middleware-15', routers: ['app-router', 'pages-router'], line: 'previous' },
  {
    fixture: 'proxy-rewrite',
    routers: ['app-router'],
    pages: [{ path: '/shop/second', hydrated: 'second', links: ['/css/second.css', '/js/second.js'] }],
  },
  { fixture: 'edge', routers: ['app-router'], ...EDGE },
  { fixture: 'edge', routers: ['app-router'], bundler: 'webpack', ...EDGE },
  {
    fixture: 'cache-components',
    routers: ['app-router'],
    pages: [{ path: '/cached', hydrated: 'cached', links: ['/img/icon.svg', '/js/late.js', '/img/photo.png'] }],
  },
  // Tags in what the server sends want the nonce; pages that do not pass it on are not part of this set-up.
  { fixture: 'csp-nonce', routers: ['app-router'], without: ['/second', '/nested/deep', '/image', '/no-such-page'] },
  { fixture: 'standalone', routers: ['app-router', 'pages-router'], serve: 'standalone' },
  { fixture: 'custom-server', routers: ['app-router', 'pages-router'], serve: 'custom-server' },
  { fixture: 'static-delivery', routers: ['app-router', 'pages-router'], delivery: 'static' },
  { fixture: 'static-base-path', routers: ['app-router', 'pages-router'], delivery: 'static', basePath: '/docs' },
  {
    fixture: 'static-i18n',
    routers: ['pages-router'],
    delivery: 'static',
    pages: [{ path: '/de/legacy', hydrated: 'legacy', links: LEGACY }],
  },
  { fixture: 'static-asset-prefix', routers: ['app-router', 'pages-router'], delivery: 'static', onCdn: true },
  { fixture: 'export', routers: ['app-router'], delivery: 'static', serve: 'out-folder' },
  { fixture: 'export', routers: ['app-router'], delivery: 'static', serve: 'out-folder', line: 'previous' },
  { fixture: 'export-base-path', routers: ['app-router'], delivery: 'static', serve: 'out-folder', basePath: '/docs' },
];
