'use client';

import Script, { type ScriptProps } from 'next/script.js';
import { type ComponentPropsWithoutRef, type ComponentType, type ForwardedRef, forwardRef, useEffect } from 'react';
import { type FirstSeen, findElements, firstSeen, type HotProps, made } from './rendered-elements.js';

export interface HotScriptProps extends ComponentPropsWithoutRef<'script'>, HotProps {
  src: string;
  /** The state of what it loads, of a module: such as the modules that it imports. */
  loadState?: string | undefined;
  strategy?: ScriptProps['strategy'];
  onReady?: () => void;
  /** Says that the script may run again in the same document. */
  'data-hot'?: unknown;
}

/** Of a script, the version that has run last. */
interface RunScript extends FirstSeen {
  loadState: string;
}

const scripts = new Map<string, RunScript>();

/** By URL. */
const loadedModules = new Set<string>();

/** next/script as both module formats give it. */
const NextScript = ('default' in Script ? Script.default : Script) as ComponentType<ScriptProps>;

/** `<script>`. When its file is edited, the page is loaded anew; or, with `data-hot`, the script is run again. */
export const HotScript = forwardRef(function HotScript(
  { assetPath, version, src, loadState = '', strategy, onReady, ...props }: HotScriptProps,
  ref: ForwardedRef<HTMLScriptElement>,
) {
  const first = firstSeen(scripts, assetPath, { url: src, version, loadState });
  const isHot = props['data-hot'] !== undefined && props['data-hot'] !== false && props['data-hot'] !== 'false';
  const isModule = props.type === 'module';
  useEffect(() => {
    if (isModule) loadedModules.add(first.url);
    if (version === first.version && loadState === first.loadState) return;
    first.version = version;
    // A document loads a module once by its URL, what it imports too.
    if (!isHot || (isModule && (loadState !== first.loadState || loadedModules.has(src)))) return window.location.reload();
    if (isModule) loadedModules.add(src);
    runAgain(first.url, src);
  }, [first, src, version, loadState, isHot, isModule]);
  if (strategy === undefined) return <script {...props} ref={ref} src={first.url} />;
  const forNext = { ...props, ...(onReady && { onReady }), src: first.url, strategy } as ScriptProps;
  return <NextScript {...forNext} />;
});

/** The element that has run the newest version, by the one that was rendered. */
const reruns = new WeakMap<HTMLScriptElement, HTMLScriptElement>();

function runAgain(firstUrl: string, url: string): void {
  for (const rendered of findElements('script', 'src', firstUrl)) {
    // A copy made by `cloneNode` counts as having run (HTML Standard, section 4.12.1.1).
    const script = document.createElement('script');
    for (const { name, value } of rendered.attributes) script.setAttribute(name, value);
    script.nonce = rendered.nonce;
    script.src = url;
    reruns.get(rendered)?.remove();
    reruns.set(rendered, script);
    made.add(script);
    rendered.after(script);
  }
}
