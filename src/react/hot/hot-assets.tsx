'use client';

import Script, { type ScriptProps } from 'next/script.js';
import { type ComponentPropsWithoutRef, type ComponentType, type ForwardedRef, forwardRef, useEffect } from 'react';

/*
 * What the two components render in `next dev`. `withSmartCache` copies this
 * file into the app, so it must import nothing but packages.
 *
 * React must not see that a URL has changed: it would keep the old stylesheet
 * and put the new one behind all others, and run a script a second time. So
 * both go on rendering the URL that the document came with, and what follows
 * an edit is done here, by hand.
 */

interface HotProps {
  /** As the author wrote it. */
  assetPath: string;
  /** Differs whenever the bytes do. */
  version: string;
}

/** What the document came with: a component that is mounted later goes on from there. */
interface FirstSeen {
  url: string;
  /** Of a script, the one that has run last. */
  version: string;
}

/** By asset path. */
const stylesheets = new Map<string, FirstSeen>();
const scripts = new Map<string, FirstSeen>();

function firstSeen(seen: Map<string, FirstSeen>, assetPath: string, url: string, version: string): FirstSeen {
  // A server renders for everybody, so it must not remember.
  const first = seen.get(assetPath) ?? { url, version };
  if (typeof window !== 'undefined') seen.set(assetPath, first);
  return first;
}

export interface HotStyleProps extends ComponentPropsWithoutRef<'link'>, HotProps {
  href: string;
  precedence?: string;
}

/** `<link rel="stylesheet">`, replaced in place when its file is edited: no reload, and no moment without styles. */
export const HotStyle = forwardRef(function HotStyle(
  { assetPath, version, href, ...props }: HotStyleProps,
  ref: ForwardedRef<HTMLLinkElement>,
) {
  const first = firstSeen(stylesheets, assetPath, href, version);
  useEffect(() => {
    for (const link of findElements('link', 'href', first.url)) showStylesheet(link, first.version, href, version);
  }, [first, href, version]);
  // One that React does not hoist goes when the component does, and what has replaced it must go with it.
  useEffect(() => () => removeOrphans(), []);
  return <link {...props} ref={ref} rel="stylesheet" href={first.url} />;
});

interface Sheet {
  link: HTMLLinkElement;
  version: string;
}

/** What shows in place of a link that was rendered, and what is to, once it has loaded. */
const shown = new Map<HTMLLinkElement, { current: Sheet; next?: Sheet | undefined }>();

/**
 * Loads the new sheet where the old one is, so that what comes later still
 * wins, and takes the old one away when the new one is there.
 */
function showStylesheet(rendered: HTMLLinkElement, firstVersion: string, url: string, version: string): void {
  const state = shown.get(rendered) ?? { current: { link: rendered, version: firstVersion } };
  if ((state.next ?? state.current).version === version) return;
  // Saved again before it had loaded: nobody needs that one any more.
  state.next?.link.remove();
  const link = rendered.cloneNode() as HTMLLinkElement;
  // React looks for the place of further sheets by this attribute.
  link.removeAttribute('data-precedence');
  link.removeAttribute('disabled');
  link.href = url;
  const next = { link, version };
  shown.set(rendered, { ...state, next });
  const isWanted = () => shown.get(rendered)?.next === next;
  link.onload = () => {
    if (!isWanted()) return;
    if (state.current.link === rendered) rendered.disabled = true;
    else state.current.link.remove();
    shown.set(rendered, { current: next });
  };
  // Half written, or gone again: the next edit mends it, and until then the old sheet is better than none.
  link.onerror = () => {
    if (!isWanted()) return;
    link.remove();
    shown.set(rendered, { current: state.current });
  };
  made.add(link);
  rendered.before(link);
}

function removeOrphans(): void {
  for (const [rendered, { current, next }] of shown) {
    if (rendered.isConnected) continue;
    current.link.remove();
    next?.link.remove();
    shown.delete(rendered);
  }
}

export interface HotScriptProps extends ComponentPropsWithoutRef<'script'>, HotProps {
  src: string;
  strategy?: ScriptProps['strategy'];
  onReady?: () => void;
  /** Says that the script may run again in the same document. */
  'data-hot'?: unknown;
}

/** next/script as both module formats give it. */
const NextScript = ('default' in Script ? Script.default : Script) as ComponentType<ScriptProps>;

/** `<script>`. When its file is edited, the page is loaded anew; or, with `data-hot`, the script is run again. */
export const HotScript = forwardRef(function HotScript(
  { assetPath, version, src, strategy, onReady, ...props }: HotScriptProps,
  ref: ForwardedRef<HTMLScriptElement>,
) {
  const first = firstSeen(scripts, assetPath, src, version);
  const isHot = props['data-hot'] !== undefined && props['data-hot'] !== false && props['data-hot'] !== 'false';
  useEffect(() => {
    if (version === first.version) return;
    first.version = version;
    if (isHot) runAgain(first.url, src);
    else window.location.reload();
  }, [first, src, version, isHot]);
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

const made = new WeakSet<Element>();

/** The elements that were rendered with a URL, by the attribute as it stands in the document; none of those made here. */
function findElements<Tag extends 'link' | 'script'>(tag: Tag, attribute: string, url: string): HTMLElementTagNameMap[Tag][] {
  return [...document.querySelectorAll(tag)].filter((element) => element.getAttribute(attribute) === url && !made.has(element));
}
