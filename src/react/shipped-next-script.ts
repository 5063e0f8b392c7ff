import Script, { type ScriptProps } from 'next/script.js';
import type { ComponentType } from 'react';

export type NextScriptComponent = ComponentType<ScriptProps>;

/** `next/script` for code that no bundler has wired up. Node's own ESM loader hands CommonJS over whole. */
export const shippedNextScript = ('default' in Script ? Script.default : Script) as NextScriptComponent;
