import { onArrowKeys } from './keyboard.js';

/** Shows one of the images in a modal dialog. The arrow keys show the others, Escape closes the dialog. */
export function openLightbox(images, start) {
  const dialog = document.createElement('dialog');
  dialog.className = 'lightbox';
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  let index;

  function show(next) {
    index = (next + images.length) % images.length;
    const { src, alt, width, height } = images[index];
    figure.replaceChildren(Object.assign(new Image(), { src, alt, width, height }), caption);
    caption.textContent = `${alt} (${index + 1} of ${images.length})`;
    dialog.ariaLabel = alt;
  }

  dialog.append(createCloseForm(), figure);
  onArrowKeys(dialog, (step) => show(index + step));
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  show(start);
  document.body.append(dialog);
  dialog.showModal();
}

/** A form with `method="dialog"` closes its dialog. */
function createCloseForm() {
  const form = document.createElement('form');
  form.method = 'dialog';
  const button = document.createElement('button');
  button.className = 'btn btn-accent';
  button.textContent = 'Close';
  form.append(button);
  return form;
}
