import Script, { type ScriptProps } from 'next/script.js';
import type { ComponentType, RefAttributes } from 'react';
import type { HotScriptProps } from './hot/hot-script.js';
import type { HotStyleProps } from './hot/hot-style.js';

export type NextScriptComponent = ComponentType<ScriptProps>;

/** `next/script` without `withSmartCache`. Node's ESM loader gives the whole CommonJS module. */
export const shippedNextScript = ('default' in Script ? Script.default : Script) as NextScriptComponent;

export type HotStyleComponent = ComponentType<HotStyleProps & RefAttributes<HTMLLinkElement>>;
export type HotScriptComponent = ComponentType<HotScriptProps & RefAttributes<HTMLScriptElement>>;
