import { version } from 'react';

declare global {
  /** Of React Fast Refresh, for the module that is being run: how it tells of its components. */
  var $RefreshReg$: ((component: unknown, name: string) => void) | undefined;
}

/**
 * Tells React Fast Refresh that a component takes the place of the one that
 * had this name before. In the App Router with webpack, Next tells it of no
 * component of a package: every edit would mount ours anew, and a stylesheet
 * that React does not hoist would be gone until it has loaded once more.
 */
export function keepMounted<Component extends { displayName: string }>(component: Component): Component {
  if (process.env.NODE_ENV === 'development') globalThis.$RefreshReg$?.(component, component.displayName);
  return component;
}

/** React 19 hoists and de-duplicates stylesheets and scripts; React 18 would print its props as attributes. */
export const hoistsResources = Number.parseInt(version, 10) >= 19;
