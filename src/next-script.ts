import type { NextScriptComponent } from './react/generated-components.js';
import { treatAsElement } from './react/jsx.js';

/**
 * `next/script` itself, whose `src` the JSX runtime hashes.
 *
 * @param module what a bundler hands over for the CommonJS module.
 */
export function hashScript(module: NextScriptComponent | { default: NextScriptComponent }): NextScriptComponent {
  return treatAsElement('default' in module ? module.default : module, 'script');
}
