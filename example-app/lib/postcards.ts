import type { AssetPath } from 'next-smart-cache';

interface Postcard {
  path: AssetPath;
  title: string;
}

export const POSTCARDS: readonly Postcard[] = [
  { path: '/img/postcards/harbour-at-dawn.webp', title: 'The harbour at dawn' },
  { path: '/img/postcards/mount-hash-at-noon.webp', title: 'Mount Hash at noon' },
  { path: '/img/postcards/the-west-coast.webp', title: 'The west coast' },
  { path: '/img/postcards/the-bay-at-dusk.webp', title: 'The bay at dusk' },
  { path: '/img/postcards/stars-over-mount-hash.webp', title: 'Stars over Mount Hash' },
  { path: '/img/postcards/morning-mist.webp', title: 'Morning mist' },
  { path: '/img/postcards/the-pine-forest.webp', title: 'The pine forest' },
  { path: '/img/postcards/open-sea.webp', title: 'Open sea' },
  { path: '/img/postcards/the-lagoon.webp', title: 'The lagoon' },
  { path: '/img/postcards/moonlight.webp', title: 'Moonlight' },
  { path: '/img/postcards/the-north-cape.webp', title: 'The north cape' },
  { path: '/img/postcards/autumn-shore.webp', title: 'The shore in autumn' },
  { path: '/img/postcards/first-light.webp', title: 'First light' },
  { path: '/img/postcards/the-strait.webp', title: 'The strait' },
  { path: '/img/postcards/evening-ridge.webp', title: 'The ridge in the evening' },
  { path: '/img/postcards/the-quiet-cove.webp', title: 'The quiet cove' },
  { path: '/img/postcards/fog-on-the-pass.webp', title: 'Fog on the pass' },
  { path: '/img/postcards/the-last-ferry.webp', title: 'The last ferry' },
];
