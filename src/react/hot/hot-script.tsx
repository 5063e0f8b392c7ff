'use client';

import Script, { type ScriptProps } from 'next/script.js';
import { type ComponentPropsWithoutRef, type ComponentType, type ForwardedRef, forwardRef, useEffect } from 'react';
import { type FirstLoad, findElements, type HotProps, ownElements, rememberFirst } from './rendered-elements.js';

export interface HotScriptProps extends ComponentPropsWithoutRef<'script'>, HotProps {
  src: string;
  /** Modules only: a text that changes when a file that the module loads is edited. */
  loadState?: string | undefined;
  strategy?: ScriptProps['strategy'];
  onReady?: () => void;
  /** Whether the script may run again in the same document. */
  'data-hot'?: unknown;
}

/** The script that ran last: its `hash` and `loadState`. */
interface RunScript extends FirstLoad {
  loadState: string;
}

const scripts = new Map<string, RunScript>();

/** The URLs of the modules that the document has loaded. */
const loadedModules = new Set<string>();

const NextScript = ('default' in Script ? Script.default : Script) as ComponentType<ScriptProps>;

/** `<script>`. After an edit of its file, it reloads the page, or, with `data-hot`, runs the script again. */
export const HotScript = forwardRef(function HotScript(
  { assetPath, hash, src, loadState = '', strategy, onReady, ...props }: HotScriptProps,
  ref: ForwardedRef<HTMLScriptElement>,
) {
  const first = rememberFirst(scripts, assetPath, { url: src, hash, loadState });
  const isHot = props['data-hot'] !== undefined && props['data-hot'] !== false && props['data-hot'] !== 'false';
  const isModule = props.type === 'module';
  useEffect(() => {
    if (isModule) loadedModules.add(first.url);
    if (hash === first.hash && loadState === first.loadState) return;
    first.hash = hash;
    // A document loads each module URL once, also those of imports.
    if (!isHot || (isModule && (loadState !== first.loadState || loadedModules.has(src)))) return window.location.reload();
    if (isModule) loadedModules.add(src);
    runAgain(first.url, src);
  }, [first, src, hash, loadState, isHot, isModule]);
  if (strategy === undefined) return <script {...props} ref={ref} src={first.url} />;
  const forNext = { ...props, ...(onReady && { onReady }), src: first.url, strategy } as ScriptProps;
  return <NextScript {...forNext} />;
});

/** Script that React rendered → its latest rerun. */
const reruns = new WeakMap<HTMLScriptElement, HTMLScriptElement>();

function runAgain(firstUrl: string, url: string): void {
  for (const rendered of findElements('script', 'src', firstUrl)) {
    // Do not use `cloneNode`: its copy counts as having run (HTML Standard, section 4.12.1.1).
    const script = document.createElement('script');
    for (const { name, value } of rendered.attributes) script.setAttribute(name, value);
    script.nonce = rendered.nonce;
    script.src = url;
    reruns.get(rendered)?.remove();
    reruns.set(rendered, script);
    ownElements.add(script);
    rendered.after(script);
  }
}
