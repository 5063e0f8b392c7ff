'use client';

import Script, { type ScriptProps } from 'next/script.js';
import { type ComponentPropsWithoutRef, type ComponentType, type ForwardedRef, forwardRef, useEffect, useLayoutEffect } from 'react';

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
  disabled?: boolean;
  precedence?: string;
  /** What the sheet loads that was edited since the server was started: decoded path of its URL → hash. */
  reloads?: Reloads | undefined;
}

type Reloads = Readonly<Record<string, string>>;

/** `<link rel="stylesheet">`, replaced in place when its file is edited: no reload, and no moment without styles. */
export const HotStyle = forwardRef(function HotStyle(
  { assetPath, version, href, reloads, ...props }: HotStyleProps,
  ref: ForwardedRef<HTMLLinkElement>,
) {
  const first = firstSeen(stylesheets, assetPath, href, version);
  const isOff = props.disabled === true;
  // After every render: what React has just set on the link that it knows is meant for the one that shows in its place.
  useEffectBeforePaint(() => {
    for (const link of findElements('link', 'href', first.url)) {
      if (!link.relList.contains('stylesheet')) continue;
      showStylesheet(link, first.version, { url: href, version, reloads, isOff });
      keepInStep(link, isOff);
    }
  });
  // One that React does not hoist goes when the component does, and what has replaced it must go with it.
  useEffect(() => () => removeOrphans(), []);
  return <link {...props} ref={ref} rel="stylesheet" href={first.url} />;
});

/** On a server, where none is run, React complains of the other one. */
const useEffectBeforePaint = typeof window === 'undefined' ? useEffect : useLayoutEffect;

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
function showStylesheet(
  rendered: HTMLLinkElement,
  firstVersion: string,
  { url, version, reloads, isOff }: { url: string; version: string; reloads?: Reloads | undefined; isOff: boolean },
): void {
  const state = shown.get(rendered) ?? { current: { link: rendered, version: firstVersion } };
  if ((state.next ?? state.current).version === version) return;
  // Saved again before it had loaded: nobody needs that one any more.
  state.next?.link.remove();
  const link = rendered.cloneNode() as HTMLLinkElement;
  // React looks for the place of further sheets by this attribute.
  link.removeAttribute('data-precedence');
  setAttribute(link, 'media', mediaOf(rendered));
  link.disabled = isOff;
  link.href = url;
  const next = { link, version };
  shown.set(rendered, { ...state, next });
  const isWanted = () => shown.get(rendered)?.next === next;
  const takeOver = () => {
    if (state.current.link === rendered) hide(rendered);
    else state.current.link.remove();
    shown.set(rendered, { current: next });
  };
  link.onload = async () => {
    const edits = reloads && link.sheet ? editsOf(link.sheet, reloads) : [];
    await Promise.allSettled(edits.flatMap(({ urls }) => urls).map(loadImage));
    for (const { style, text } of edits) style.cssText = text;
    if (isWanted()) takeOver();
  };
  // Half written, or gone again: the next edit mends it, and until then the old sheet is better than none.
  link.onerror = () => {
    if (!isWanted()) return;
    link.remove();
    shown.set(rendered, { current: state.current });
  };
  made.add(link);
  rendered.before(link);
  // It is loaded when it is switched on.
  if (isOff) takeOver();
}

/**
 * What hides a link that was rendered, once another one shows in its place.
 * Not `disabled`: React sets that one, and Chromium does not heed it while a
 * sheet is on its way. And not what an author would write.
 */
const HIDDEN = 'not all, not all';

/** The media that the author wants, of links that are hidden. */
const hidden = new WeakMap<HTMLLinkElement, string | null>();

function hide(rendered: HTMLLinkElement): void {
  const media = rendered.getAttribute('media');
  if (media === HIDDEN) return;
  hidden.set(rendered, media);
  rendered.media = HIDDEN;
}

function mediaOf(rendered: HTMLLinkElement): string | null {
  return hidden.has(rendered) ? (hidden.get(rendered) ?? null) : rendered.getAttribute('media');
}

/** Attributes that a link and what shows in its place do not have in common. */
const OWN_ATTRIBUTES = ['href', 'disabled', 'data-precedence'];

function keepInStep(rendered: HTMLLinkElement, isOff: boolean): void {
  const { current, next } = shown.get(rendered) ?? {};
  if (current && current.link !== rendered) hide(rendered);
  for (const link of [current?.link, next?.link]) {
    if (link === undefined || link === rendered) continue;
    for (const name of new Set([...rendered.getAttributeNames(), ...link.getAttributeNames()])) {
      if (!OWN_ATTRIBUTES.includes(name)) setAttribute(link, name, name === 'media' ? mediaOf(rendered) : rendered.getAttribute(name));
    }
    if (link.disabled !== isOff) link.disabled = isOff;
  }
}

function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (value !== element.getAttribute(name)) element.setAttribute(name, value);
}

/** A rule of a stylesheet, of whatever kind. */
interface AnyRule {
  style?: CSSStyleDeclaration;
  /** Of `@media` and others, and of nested rules. */
  cssRules?: Iterable<AnyRule>;
  /** Of `@import`. */
  styleSheet?: { cssRules: Iterable<AnyRule> } | null;
}

/** A declaration block whose URLs are to be others. */
interface StyleEdit {
  style: CSSStyleDeclaration;
  text: string;
  urls: string[];
}

/** `url(…)`: with either quotes, or with none. */
const URL_FUNCTION = /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'()\\]+))\s*\)/g;

/**
 * A document asks for an image or font once, whatever its server says of
 * caching: what was edited since needs another URL.
 */
function editsOf(sheet: CSSStyleSheet, reloads: Reloads): StyleEdit[] {
  const edits: StyleEdit[] = [];
  visitRules(sheet.cssRules as Iterable<AnyRule>, sheet.href ?? document.baseURI);
  return edits;

  function visitRules(rules: Iterable<AnyRule>, base: string): void {
    for (const { style, cssRules, styleSheet } of rules) {
      if (styleSheet) visitRules(styleSheet.cssRules, (styleSheet as CSSStyleSheet).href ?? base);
      if (cssRules) visitRules(cssRules, base);
      if (style) addEdit(style, base);
    }
  }

  function addEdit(style: CSSStyleDeclaration, base: string): void {
    const urls: string[] = [];
    const text = style.cssText.replace(URL_FUNCTION, (written: string, ...groups: (string | undefined)[]) => {
      const url = editedUrl((groups[0] ?? groups[1] ?? groups[2] ?? '').replace(/\\(.)/g, '$1'), base, reloads);
      if (url === undefined) return written;
      urls.push(url);
      return `url("${url}")`;
    });
    if (urls.length > 0) edits.push({ style, text, urls });
  }
}

/** `undefined` for one that was not edited. */
function editedUrl(written: string, base: string, reloads: Reloads): string | undefined {
  try {
    const url = new URL(written, base);
    const hash = url.origin === window.location.origin ? reloads[decodeURIComponent(url.pathname)] : undefined;
    if (hash === undefined) return undefined;
    url.searchParams.set('edit', hash);
    return url.href;
  } catch {
    // Not a URL, or no UTF-8 in it.
    return undefined;
  }
}

/** So that it is there when the sheet is: without it, its place would be empty for a moment. */
function loadImage(url: string): Promise<void> {
  return Object.assign(new Image(), { src: url }).decode();
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
