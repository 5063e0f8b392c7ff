// A classic script, as it is written for a page rather than for a bundler.
// Edit VERSION, build, and visit again: this file alone is fetched.
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
