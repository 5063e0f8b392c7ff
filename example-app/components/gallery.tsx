import type { LinkMode } from '@/lib/link-mode';
import { POSTCARDS } from '@/lib/postcards';
import { FileImage } from './file-image';

/** `public/js/gallery/main.js` opens the postcard that the visitor clicks. */
export function Gallery({ mode }: { mode: LinkMode }) {
  return (
    <section className="container section" aria-labelledby="gallery-heading">
      <h2 id="gallery-heading">Images</h2>
      <p className="section-lead">
        {POSTCARDS.length} plain <code>&lt;img&gt;</code> elements. <code>next-smart-cache</code> hashes their URLs: one line in{' '}
        <code>tsconfig.json</code> is enough. ES modules in <code>public/js/gallery/</code> open an image when you click it. The imports
        between these modules are hashed too.
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
