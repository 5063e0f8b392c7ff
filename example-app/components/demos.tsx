import type { AssetPath } from 'next-smart-cache';
import { linkFile } from '@/lib/file-link';
import type { LinkMode } from '@/lib/link-mode';
import { Formula } from './formula';
import { IslandMap } from './island-map';

/** The probability that two of n contents share a hash of ten hex digits: the birthday problem. */
const COLLISION = String.raw`p(n) \;=\; 1-\prod_{k=1}^{n-1}\left(1-\frac{k}{16^{10}}\right) \;\approx\; \frac{n\,(n-1)}{2\cdot 16^{10}}`;

/** Two libraries that the app does not bundle: their files are in `public/`. */
export function Demos({ mode }: { mode: LinkMode }) {
  const url = (path: AssetPath) => linkFile(path, mode).url;
  return (
    <section className="container section" aria-labelledby="demos-heading">
      <h2 id="demos-heading">Libraries</h2>
      <p className="section-lead">
        KaTeX and Leaflet are copied from npm to <code>public/vendor/</code>, unchanged.
      </p>
      <div className="demos">
        <article className="panel">
          <h3>A formula, by KaTeX</h3>
          <p>
            The probability that two of <var>n</var> contents of a file get the same hash. For a thousand contents it is one in two million.
          </p>
          <Formula tex={COLLISION} />
          <p className="panel-note">
            KaTeX’s stylesheet names its fonts. <code>next-smart-cache</code> hashes their URLs in the stylesheet.
          </p>
        </article>
        <article className="panel">
          <h3>A map, by Leaflet</h3>
          <IslandMap
            image={url('/img/island.svg')}
            icon={url('/vendor/leaflet/images/marker-icon.png')}
            shadow={url('/vendor/leaflet/images/marker-shadow.png')}
          />
          <p className="panel-note">
            <code>asset('/img/island.svg')</code> returns the hashed URL that Leaflet gets.
          </p>
        </article>
      </div>
    </section>
  );
}
