import { lookUp, type RenderManifest } from '../core/render-manifest.js';
import { type FindUrl, hashProps, type Props } from '../core/url-attributes.js';
import { newestOf } from './asset.js';
import type { HotScriptComponent, HotStyleComponent } from './generated-components.js';
import { createJsx, elementOf } from './jsx.js';

/** What the generated manifest exports in development; neither is there in a checkout that has not been built. */
interface HotModule {
  manifest: RenderManifest;
  HotStyle: HotStyleComponent | undefined;
  HotScript: HotScriptComponent | undefined;
}

/**
 * `jsxDEV` for Server Components: plain stylesheets and scripts show an edit as
 * `<CachedStyle>` and `<CachedScript>` do. Client code has no such thing: in
 * the Pages Router, `next/head` and `next/document` take plain elements only.
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
    // `next/script` has a strategy, whether the author writes one or not.
    const strategy = hot && typeof type !== 'string' && { strategy: 'afterInteractive' };
    return hot ? createAny?.(Hot, { ...strategy, ...hot }, ...others) : createHashed?.(type, props, ...others);
  };
  return createHot as unknown as Create;

  /** `undefined` for an element that automatic hashing leaves alone. */
  function hotProps(element: string, attribute: 'href' | 'src', props: Props): Props | undefined {
    const { [attribute]: written } = props;
    const hashed = hashProps(element, props, find);
    if (typeof written !== 'string' || find(written) === undefined || hashed[attribute] !== find(written)) return undefined;
    const { basePath } = manifest;
    const assetPath = written.startsWith(`${basePath}/`) ? written.slice(basePath.length) : written;
    const { url, hash = url, reloads, loadState } = lookUp(newestOf(manifest), assetPath) ?? { url: written };
    return { ...hashed, assetPath, version: hash, ...(attribute === 'href' ? { reloads } : { loadState }) };
  }
}
