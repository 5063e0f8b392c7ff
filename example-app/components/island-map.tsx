'use client';

import type { LatLngBoundsExpression, LatLngExpression } from 'leaflet';
import { useEffect, useRef } from 'react';
import { afterLoad } from '@/lib/after-load';

declare global {
  interface Window {
    /** `public/vendor/leaflet/leaflet.js` */
    L?: typeof import('leaflet');
  }
}

/** The height and width of the image. Leaflet's simple CRS treats them as latitude and longitude. */
const BOUNDS: LatLngBoundsExpression = [
  [0, 0],
  [600, 1000],
];

const PLACES: readonly { name: string; note: string; position: LatLngExpression }[] = [
  { name: 'Port Immutable', note: 'A ship that came once stays for a year.', position: [193, 352] },
  { name: 'Mount Hash', note: 'One changed byte changes its name.', position: [365, 545] },
  { name: 'Cape Revalidate', note: 'Every visitor asks: “Anything new?” The answer is no.', position: [250, 806] },
];

/** The URLs of the images that Leaflet loads. */
interface Props {
  image: string;
  icon: string;
  shadow: string;
}

export function IslandMap({ image, icon, shadow }: Props) {
  const target = useRef<HTMLElement>(null);
  useEffect(() => {
    let removeMap = () => {};
    const cancel = afterLoad(() => {
      if (target.current && window.L) removeMap = drawMap(window.L, target.current, { image, icon, shadow });
    });
    return () => {
      cancel();
      removeMap();
    };
  }, [image, icon, shadow]);
  return <section ref={target} className="island-map" aria-label="Map of an island with three places" />;
}

function drawMap(L: typeof import('leaflet'), element: HTMLElement, { image, icon, shadow }: Props): () => void {
  // A visitor who scrolls the page past the map does not want to zoom.
  const map = L.map(element, { crs: L.CRS.Simple, minZoom: -2, maxZoom: 2, zoomSnap: 0, scrollWheelZoom: false });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  L.imageOverlay(image, BOUNDS, { alt: 'An island with a bay, a mountain and a cape' }).addTo(map);
  // Leaflet's default icon takes its folder from a URL in its stylesheet, and does not find it there if that URL has a hash.
  const marker = L.icon({
    iconUrl: icon,
    shadowUrl: shadow,
    iconSize: [25, 41],
    iconAnchor: [12, 41],
    popupAnchor: [1, -34],
    shadowSize: [41, 41],
  });
  for (const { name, note, position } of PLACES) {
    L.marker(position, { icon: marker, title: name, alt: name })
      .bindPopup(`<strong>${name}</strong><br>${note}`, { maxWidth: 200 })
      .addTo(map);
  }
  map.fitBounds(BOUNDS);
  return () => map.remove();
}
