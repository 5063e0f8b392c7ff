'use client';

import { type ComponentPropsWithoutRef, type ForwardedRef, forwardRef, useEffect, useLayoutEffect } from 'react';
import { editsOf, loadImages, type Reloads } from './edited-urls.js';
import { type FirstLoad, findElements, type HotProps, ownElements, rememberFirst } from './rendered-elements.js';

export interface HotStyleProps extends ComponentPropsWithoutRef<'link'>, HotProps {
  href: string;
  disabled?: boolean;
  precedence?: string;
  reloads?: Reloads | undefined;
}

const stylesheets = new Map<string, FirstLoad>();

/** `<link rel="stylesheet">`. After an edit of its file, it replaces the stylesheet in place, without a moment without styles. */
export const HotStyle = forwardRef(function HotStyle(
  { assetPath, hash, href, reloads, ...props }: HotStyleProps,
  ref: ForwardedRef<HTMLLinkElement>,
) {
  // A stylesheet that is mounted after an edit gets the old images and fonts from the document's cache.
  const isLate =
    reloads !== undefined && typeof window !== 'undefined' && !stylesheets.has(assetPath) && findStylesheets(href).length === 0;
  const first = rememberFirst(stylesheets, assetPath, { url: href, hash: isLate ? BEFORE_EDITS : hash });
  // After each render, copy the attributes that React set on its `<link>` to the one that is displayed instead.
  useEffectBeforePaint(() => {
    for (const link of findStylesheets(first.url)) {
      showStylesheet(link, first.hash, { url: href, hash, reloads });
      copyAttributes(link);
    }
  });
  // If React removes its `<link>` with the component, remove the one that is displayed instead.
  useEffect(() => () => removeOrphans(), []);
  return <link {...props} ref={ref} rel="stylesheet" href={first.url} />;
});

/** On a server, React warns about `useLayoutEffect`. */
const useEffectBeforePaint = typeof window === 'undefined' ? useEffect : useLayoutEffect;

/** No file has this hash. */
const BEFORE_EDITS = '';

/** A preload has the same URL. */
function findStylesheets(url: string): HTMLLinkElement[] {
  return findElements('link', 'href', url).filter((link) => link.relList.contains('stylesheet'));
}

function isSwitchedOff(rendered: HTMLLinkElement): boolean {
  return rendered.hasAttribute('disabled');
}

interface Sheet {
  link: HTMLLinkElement;
  hash: string;
}

/** The link that React rendered → the link that is displayed, and the link that replaces it once it has loaded. */
const shown = new Map<HTMLLinkElement, { current: Sheet; next?: Sheet | undefined }>();

/**
 * Loads the new stylesheet in the place of the old one, so that later ones still
 * win, and removes the old one when the new one has loaded.
 */
function showStylesheet(
  rendered: HTMLLinkElement,
  firstHash: string,
  { url, hash, reloads }: { url: string; hash: string; reloads?: Reloads | undefined },
): void {
  const state = shown.get(rendered) ?? { current: { link: rendered, hash: firstHash } };
  if ((state.next ?? state.current).hash === hash) return;
  // The file was saved again before this edit had loaded.
  state.next?.link.remove();
  const link = rendered.cloneNode() as HTMLLinkElement;
  // React finds the place for further stylesheets by this attribute.
  link.removeAttribute('data-precedence');
  setAttribute(link, 'media', mediaOf(rendered));
  link.href = url;
  const next = { link, hash };
  shown.set(rendered, { ...state, next });
  const isWanted = () => shown.get(rendered)?.next === next;
  const takeOver = () => {
    if (state.current.link === rendered) hide(rendered);
    else state.current.link.remove();
    shown.set(rendered, { current: next });
  };
  link.onload = async () => {
    const edits = reloads && link.sheet ? editsOf(link.sheet, reloads) : [];
    await loadImages(edits);
    for (const { style, text } of edits) style.cssText = text;
    if (isWanted()) takeOver();
  };
  // The file is half written, or gone: keep the old stylesheet until the next edit.
  link.onerror = () => {
    if (!isWanted()) return;
    link.remove();
    shown.set(rendered, { current: state.current });
  };
  ownElements.add(link);
  // Insert it before the old link, which wins until it is removed.
  state.current.link.before(link);
  // Browsers do not load a disabled link, so do not wait for it.
  if (isSwitchedOff(rendered)) takeOver();
}

/**
 * The `media` that hides React's link when another one is displayed. `disabled`
 * cannot hide it: React sets that, and Chromium ignores it while a stylesheet
 * loads. Authors do not write this text, so it marks a hidden link.
 */
const HIDDEN = 'not all, not all';

/** The author's `media`, by hidden link. */
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

/** Attributes not to copy from React's link. */
const OWN_ATTRIBUTES = ['href', 'disabled', 'data-precedence'];

function copyAttributes(rendered: HTMLLinkElement): void {
  const { current, next } = shown.get(rendered) ?? {};
  const isOff = isSwitchedOff(rendered);
  if (current && current.link !== rendered) hide(rendered);
  for (const link of [current?.link, next?.link]) {
    if (link === undefined || link === rendered) continue;
    // Set `disabled` first: a new `media` loads the stylesheet again, and Chromium would ignore it.
    if (link.disabled !== isOff) link.disabled = isOff;
    for (const name of new Set([...rendered.getAttributeNames(), ...link.getAttributeNames()])) {
      if (!OWN_ATTRIBUTES.includes(name)) setAttribute(link, name, name === 'media' ? mediaOf(rendered) : rendered.getAttribute(name));
    }
  }
}

function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (value !== element.getAttribute(name)) element.setAttribute(name, value);
}

function removeOrphans(): void {
  for (const [rendered, { current, next }] of shown) {
    if (rendered.isConnected) continue;
    current.link.remove();
    next?.link.remove();
    shown.delete(rendered);
  }
}
