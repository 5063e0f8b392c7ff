'use client';

import { useEffect, useRef, useState } from 'react';
import { afterLoad } from '@/lib/after-load';

declare global {
  interface Window {
    /** `public/vendor/katex/katex.min.js` */
    katex?: typeof import('katex').default;
  }
}

/** Shows the TeX source until KaTeX has loaded and draws the formula. */
export function Formula({ tex }: { tex: string }) {
  const target = useRef<HTMLDivElement>(null);
  const [isDrawn, setIsDrawn] = useState(false);
  useEffect(
    () =>
      afterLoad(() => {
        if (!target.current || !window.katex) return;
        window.katex.render(tex, target.current, { displayMode: true });
        setIsDrawn(true);
      }),
    [tex],
  );
  return (
    <div className="formula">
      {!isDrawn && <code>{tex}</code>}
      <div ref={target} />
    </div>
  );
}
