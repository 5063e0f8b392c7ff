'use client';

import { type ComponentPropsWithoutRef, type ForwardedRef, forwardRef, useEffect, useLayoutEffect } from 'react';
import { editsOf, loadImages, type Reloads } from './edited-urls.js';
import { type FirstSeen, findElements, firstSeen, type HotProps, made } from './rendered-elements.js';

export interface HotStyleProps extends ComponentPropsWithoutRef<'link'>, HotProps {
  href: string;
  disabled?: boolean;
  precedence?: string;
  reloads?: Reloads | undefined;
}

const stylesheets = new Map<string, FirstSeen>();

/** `<link rel="stylesheet">`, replaced in place when its file is edited: no reload, and no moment without styles. */
export const HotStyle = forwardRef(function HotStyle(
  { assetPath, version, href, reloads, ...props }: HotStyleProps,
  ref: ForwardedRef<HTMLLinkElement>,
) {
  // One that comes after an edit finds the images and fonts that the document has already: those from before.
  const isLate =
    reloads !== undefined && typeof window !== 'undefined' && !stylesheets.has(assetPath) && findStylesheets(href).length === 0;
  const first = firstSeen(stylesheets, assetPath, { url: href, version: isLate ? BEFORE_EDITS : version });
  // After every render: what React has just set on the link that it knows is meant for the one that shows in its place.
  useEffectBeforePaint(() => {
    for (const link of findStylesheets(first.url)) {
      showStylesheet(link, first.version, { url: href, version, reloads });
      keepInStep(link);
    }
  });
  // One that React does not hoist goes when the component does, and what has replaced it must go with it.
  useEffect(() => () => removeOrphans(), []);
  return <link {...props} ref={ref} rel="stylesheet" href={first.url} />;
});

/** On a server, where none is run, React complains of the other one. */
const useEffectBeforePaint = typeof window === 'undefined' ? useEffect : useLayoutEffect;

/** A version that no file has. */
const BEFORE_EDITS = '';

/** Those that were rendered; a preload has the same URL. */
function findStylesheets(url: string): HTMLLinkElement[] {
  return findElements('link', 'href', url).filter((link) => link.relList.contains('stylesheet'));
}

/** Of each link by itself: the same sheet may be rendered twice, and switched off once. */
function isSwitchedOff(rendered: HTMLLinkElement): boolean {
  return rendered.hasAttribute('disabled');
}

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
  { url, version, reloads }: { url: string; version: string; reloads?: Reloads | undefined },
): void {
  const state = shown.get(rendered) ?? { current: { link: rendered, version: firstVersion } };
  if ((state.next ?? state.current).version === version) return;
  // Saved again before it had loaded: nobody needs that one any more.
  state.next?.link.remove();
  const link = rendered.cloneNode() as HTMLLinkElement;
  // React looks for the place of further sheets by this attribute.
  link.removeAttribute('data-precedence');
  setAttribute(link, 'media', mediaOf(rendered));
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
    await loadImages(edits);
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
  // In front, so that the old one wins until then.
  state.current.link.before(link);
  // It is loaded when it is switched on.
  if (isSwitchedOff(rendered)) takeOver();
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

function keepInStep(rendered: HTMLLinkElement): void {
  const { current, next } = shown.get(rendered) ?? {};
  const isOff = isSwitchedOff(rendered);
  if (current && current.link !== rendered) hide(rendered);
  for (const link of [current?.link, next?.link]) {
    if (link === undefined || link === rendered) continue;
    // First: a new `media` puts the sheet on its way once more, and then `disabled` would not be heeded.
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
