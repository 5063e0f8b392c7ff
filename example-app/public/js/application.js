// A classic script, written for a page rather than for a bundler.
(() => {
  const VERSION = 'v1';

  function showThatItRan() {
    const badge = document.getElementById('application-js');
    if (!badge) return;
    badge.textContent = `application.js ${VERSION} ran`;
    badge.dataset.ran = VERSION;
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', showThatItRan);
  else showThatItRan();
})();
