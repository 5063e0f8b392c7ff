import { version } from 'react';

declare global {
  /** React Fast Refresh sets it for the module that is being evaluated. */
  var $RefreshReg$: ((component: unknown, name: string) => void) | undefined;
}

/**
 * Registers a component with React Fast Refresh, so that an edit does not mount
 * it anew: a stylesheet that React does not hoist would be gone until it has
 * loaded again. In the App Router with webpack, Next registers no component of
 * a package.
 */
export function keepMounted<Component extends { displayName: string }>(component: Component): Component {
  if (process.env.NODE_ENV === 'development') globalThis.$RefreshReg$?.(component, component.displayName);
  return component;
}

/** React 19 hoists and de-duplicates stylesheets and scripts. React 18 would render its props as attributes. */
export const hoistsResources = Number.parseInt(version, 10) >= 19;
