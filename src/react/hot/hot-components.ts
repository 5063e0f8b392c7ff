import type { ComponentType, RefAttributes } from 'react';
import type { HotScriptProps } from './hot-script.js';
import type { HotStyleProps } from './hot-style.js';

export type HotStyleComponent = ComponentType<HotStyleProps & RefAttributes<HTMLLinkElement>>;
export type HotScriptComponent = ComponentType<HotScriptProps & RefAttributes<HTMLScriptElement>>;
