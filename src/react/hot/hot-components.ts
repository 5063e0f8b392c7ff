import type { ComponentType, RefAttributes } from 'react';
import type { HotScriptProps, HotStyleProps } from './hot-assets.js';

export type HotStyleComponent = ComponentType<HotStyleProps & RefAttributes<HTMLLinkElement>>;
export type HotScriptComponent = ComponentType<HotScriptProps & RefAttributes<HTMLScriptElement>>;
