import type { LinkMode } from '@/lib/link-mode';
import { POSTCARDS } from '@/lib/postcards';
import { FileImage } from './file-image';

/** `public/js/gallery/main.js` opens the postcard that the visitor clicks. */
export function Gallery({ mode }: { mode: LinkMode }) {
  return (
    <section className="container section" aria-labelledby="gallery-heading">
      <h2 id="gallery-heading">Images</h2>
      <p className="section-lead">
        {POSTCARDS.length} plain <code>&lt;img&gt;</code> elements. One line in <code>tsconfig.json</code> hashes their URLs. The lightbox
        consists of ES modules in <code>public/js/gallery/</code>, which import each other by hashed URLs.
      </p>
      <ul className="gallery">
        {POSTCARDS.map(({ path, title }) => (
          <li key={path}>
            <button type="button" className="postcard">
              <FileImage path={path} mode={mode} width={880} height={578} alt={title} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
