// Opens the postcard that the visitor clicks. One listener serves the whole
// page, so it does not matter when React renders the gallery.
import { openLightbox } from './lightbox.js';

document.addEventListener('click', ({ target }) => {
  const postcard = target.closest('.postcard');
  if (!postcard) return;
  const images = [...postcard.closest('.gallery').querySelectorAll('img')];
  openLightbox(images, images.indexOf(postcard.querySelector('img')));
});
