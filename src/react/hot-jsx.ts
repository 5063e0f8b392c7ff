import { type FindUrl, hashProps, type Props } from '../core/hash-props.js';
import { lookUp, type RenderManifest, withoutBasePath } from '../core/render-manifest.js';
import { newestOf } from './asset.js';
import type { HotScriptComponent, HotStyleComponent } from './generated-components.js';
import { createJsx, elementOf } from './jsx.js';

/** The generated manifest in development. */
interface HotModule {
  manifest: RenderManifest;
  HotStyle: HotStyleComponent | undefined;
  HotScript: HotScriptComponent | undefined;
}

/**
 * Makes `jsxDEV` for Server Components: plain stylesheets and scripts show edits
 * as `<CachedStyle>` and `<CachedScript>` do. Client code must not use it, since
 * `next/head` and `next/document` take only plain elements.
 */
export function createHotJsx<Create extends (...all: never[]) => unknown>(
  create: Create,
  find: FindUrl,
  { manifest, HotStyle, HotScript }: HotModule,
): Create {
  const [createAny, createHashed] = [create, createJsx(create, find)] as unknown as ((...all: unknown[]) => unknown)[];
  const createHot = (type: unknown, props: Props, ...others: unknown[]) => {
    const element = elementOf(type);
    const isStylesheet = element === 'link' && props.rel === 'stylesheet';
    const Hot = isStylesheet ? HotStyle : element === 'script' ? HotScript : undefined;
    const hot = Hot && hotProps(element ?? '', isStylesheet ? 'href' : 'src', props);
    // `next/script` has this strategy by default.
    const strategy = hot && typeof type !== 'string' && { strategy: 'afterInteractive' };
    return hot ? createAny?.(Hot, { ...strategy, ...hot }, ...others) : createHashed?.(type, props, ...others);
  };
  return createHot as unknown as Create;

  /** Returns `undefined` for an element that automatic hashing leaves alone. */
  function hotProps(element: string, attribute: 'href' | 'src', props: Props): Props | undefined {
    const { [attribute]: written } = props;
    const hashed = hashProps(element, props, find);
    const found = typeof written === 'string' ? find(written) : undefined;
    if (typeof written !== 'string' || found === undefined || hashed[attribute] !== found) return undefined;
    const assetPath = withoutBasePath(manifest.basePath, written);
    const { url, hash = url, reloads, loadState } = lookUp(newestOf(manifest), assetPath) ?? { url: written };
    return { ...hashed, assetPath, hash, ...(attribute === 'href' ? { reloads } : { loadState }) };
  }
}
