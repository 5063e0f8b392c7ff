import type { NextLine } from '../support/installed-next';
import type { AppUnderTest } from '../support/page-contract';

/** One Next version with one bundler and one choice of routers. */
export interface MatrixRow {
  line: NextLine;
  bundler: 'turbopack' | 'webpack';
  routers: readonly Router[];
  /** Why the row is there, and what no other row covers. */
  why: string;
}

export type Router = 'app-router' | 'pages-router';

/** A selection that covers every version, bundler and router, and every pair that has behaved differently once. */
export const MATRIX: readonly MatrixRow[] = [
  { line: 'latest', bundler: 'turbopack', routers: ['app-router', 'pages-router'], why: 'what a new app gets today' },
  { line: 'latest', bundler: 'webpack', routers: ['app-router', 'pages-router'], why: 'apps with a webpack plugin stay on it' },
  { line: 'latest', bundler: 'turbopack', routers: ['app-router'], why: 'no pages/: other client runtime, no _buildManifest of its own' },
  { line: 'latest', bundler: 'turbopack', routers: ['pages-router'], why: 'no app/: other 404, other server runtime' },
  { line: 'oldest16', bundler: 'turbopack', routers: ['app-router', 'pages-router'], why: 'the first stable Turbopack builds' },
  { line: 'oldest16', bundler: 'webpack', routers: ['app-router'], why: 'the first with webpack by a flag' },
  { line: 'previous', bundler: 'webpack', routers: ['app-router', 'pages-router'], why: 'the release line before, its default' },
  { line: 'previous', bundler: 'turbopack', routers: ['app-router', 'pages-router'], why: 'Turbopack builds while they were beta' },
  {
    line: 'previousReact18',
    bundler: 'webpack',
    routers: ['pages-router'],
    why: 'React 18 hoists nothing and knows no precedence',
  },
  { line: 'oldest', bundler: 'webpack', routers: ['app-router', 'pages-router'], why: 'the lowest version of peerDependencies' },
  { line: 'oldestReact18', bundler: 'webpack', routers: ['pages-router'], why: 'the lowest React of peerDependencies' },
];

/** The links of the fixture apps and the target of a client-side navigation, as data for the page contract. */
export const ROUTERS: Record<Router, RouterFixture> = {
  'app-router': {
    pages: [
      { path: '/', hydrated: 'home', links: ['/css/site.css', '/js/application.js', '/img/icon.svg', '/img/photo.png'] },
      { path: '/second', hydrated: 'second', links: ['/css/second.css', '/js/second.js', '/img/icon.svg?size=2#top'] },
      { path: '/nested/deep', hydrated: 'deep', links: ['/css/group.css', '/js/late.js', '/img/photo.png', '/img/icon.svg'] },
      {
        path: '/image',
        hydrated: 'image',
        links: ['/css/second.css', '/js/late.js', '/js/before.js', '/js/after.js', '/js/lazy.js'],
      },
      { path: '/no-such-page', hydrated: 'not-found', links: ['/img/icon.svg', '/css/site.css'], status: 404 },
    ],
    documents: [
      { path: '/manifest.webmanifest', links: ['/img/photo.png'] },
      { path: '/api/asset', links: ['/img/photo.png'] },
    ],
    navigation: { from: '/', to: '/second', hydrated: 'second', ran: 'second', color: 'rgb(1, 2, 3)' },
  },
  'pages-router': {
    pages: [
      { path: '/legacy', hydrated: 'legacy', links: ['/legacy/site.css', '/legacy/application.js', '/legacy/icon.svg'] },
      {
        path: '/legacy/second',
        hydrated: 'legacy second',
        links: ['/legacy/second.css', '/legacy/third.css', '/legacy/photo.png', '/legacy/icon.svg?size=2#top'],
      },
      { path: '/legacy/server', hydrated: 'legacy server', links: ['/legacy/icon.svg', '/legacy/photo.png'] },
      { path: '/legacy/static/built', hydrated: 'legacy static built', links: ['/legacy/icon.svg', '/legacy/photo.png'] },
    ],
    navigation: { from: '/legacy', to: '/legacy/second', hydrated: 'legacy second', ran: 'legacy second', color: 'rgb(1, 2, 3)' },
  },
};

type RouterFixture = Pick<AppUnderTest, 'pages' | 'documents' | 'navigation'>;
