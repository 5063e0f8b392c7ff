import type { NextScriptComponent } from './react/generated-components.js';
import { treatAsElement } from './react/jsx.js';

/**
 * Makes the JSX runtime hash the `src` of `next/script`.
 *
 * @param module what a bundler returns for the CommonJS module.
 */
export function hashScript(module: NextScriptComponent | { default: NextScriptComponent }): NextScriptComponent {
  return treatAsElement('default' in module ? module.default : module, 'script');
}
