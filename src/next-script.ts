import { treatAsElement } from './react/jsx.js';
import { shippedNextScript } from './react/shipped-next-script.js';

export type * from 'next/script.js';
export { handleClientScriptLoad, initScriptLoader } from 'next/script.js';

/** `next/script` itself, whose `src` the JSX runtime hashes. */
export default treatAsElement(shippedNextScript, 'script');
