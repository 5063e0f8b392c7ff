const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** Calls the function with -1 for the left arrow key and 1 for the right one. */
export function onArrowKeys(element, move) {
  element.addEventListener('keydown', ({ key }) => {
    if (Object.hasOwn(STEPS, key)) move(STEPS[key]);
  });
}
