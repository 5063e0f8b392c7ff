import type { AssetPath } from 'next-smart-cache';
import { linkFile } from '@/lib/file-link';
import type { LinkMode } from '@/lib/link-mode';
import { Formula } from './formula';
import { IslandMap } from './island-map';

/** That two versions among n share a hash of ten hex digits: the birthday problem. */
const COLLISION = String.raw`p(n) \;=\; 1-\prod_{k=1}^{n-1}\left(1-\frac{k}{16^{10}}\right) \;\approx\; \frac{n\,(n-1)}{2\cdot 16^{10}}`;

/** Libraries that are not bundled, but linked from `public/`, doing their work. */
export function Demos({ mode }: { mode: LinkMode }) {
  const url = (path: AssetPath) => linkFile(path, mode).url;
  return (
    <section className="container section" aria-labelledby="demos-heading">
      <h2 id="demos-heading">And the files do their work</h2>
      <div className="demos">
        <article className="panel">
          <h3>A formula, by KaTeX</h3>
          <p>
            How likely it is that two of <var>n</var> versions of a file get the same hash. With a thousand versions: about one in two
            million.
          </p>
          <Formula tex={COLLISION} />
          <p className="text-body-secondary mb-0">
            A stylesheet, a script, and fonts that the stylesheet names itself, from <code>public/vendor/katex/</code>.
          </p>
        </article>
        <article className="panel">
          <h3>A map, by Leaflet</h3>
          <IslandMap
            image={url('/img/island.svg')}
            icon={url('/vendor/leaflet/images/marker-icon.png')}
            shadow={url('/vendor/leaflet/images/marker-shadow.png')}
          />
          <p className="text-body-secondary mb-0">
            The image and the markers go to Leaflet as <code>asset('/img/island.svg')</code> and the like.
          </p>
        </article>
      </div>
    </section>
  );
}
