import type { ScriptProps } from 'next/script.js';
import {
  type ComponentPropsWithoutRef,
  type ForwardedRef,
  type ForwardRefExoticComponent,
  forwardRef,
  type ReactElement,
  type ReactNode,
  type RefAttributes,
} from 'react';
import { isExternalUrl } from '../core/asset-path.js';
import { visible } from '../core/message-text.js';
import type { AssetPath, AssetUrl, ExternalUrl, LinkableUrl } from '../core/public-folder.js';
import type { RenderManifest, ResolvedAsset } from '../core/render-manifest.js';
import type { ResolveAsset } from './asset.js';
import type { HotScriptComponent, NextScriptComponent } from './generated-components.js';
import { type FetchAttributes, fetchAttributes, preloadAsset } from './preload.js';
import { keepMounted } from './react-version.js';

export interface CachedScriptProps<Src extends string = AssetUrl> extends ComponentPropsWithoutRef<'script'> {
  /** Asset path: `/js/application.js`. */
  src: Src;
  /** Renders `next/script` with this strategy. Default: a plain `<script>`. */
  strategy?: ScriptProps['strategy'];
  /**
   * Whether to preload the script, or, with `'modules'` and `type="module"`,
   * the script and all modules that it imports. Default: false.
   */
  preload?: boolean | 'modules';
  /** With a `strategy`, `next/script` calls this when the script is ready, and after each mount. */
  onReady?: () => void;
}

/**
 * `<script>` with the hashed URL of a file in `public/`. Takes every prop of
 * the element.
 *
 * Async, unless you write `defer` or `async={false}`: React 19 hoists async
 * scripts, renders each once, and also runs them after client-side navigation.
 * Other scripts stay in place and keep their order, but React does not run them
 * on navigation.
 *
 * In `next dev`, an edit of the file reloads the page; with `data-hot`, it runs
 * the script again in the same document.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_ASSET_MISSING`, in `next build` only, as `asset()` does.
 * @example <CachedScript src="/js/application.js" />
 */
export interface CachedScriptComponent extends Pick<ForwardRefExoticComponent<unknown>, '$$typeof' | 'displayName'> {
  // These overloads have the order of those of `Asset`, for the same reason.
  (props: CachedScriptProps<AssetPath> & RefAttributes<HTMLScriptElement>): ReactNode;
  (props: CachedScriptProps<ExternalUrl> & RefAttributes<HTMLScriptElement>): ReactNode;
  <Src extends string>(props: CachedScriptProps<LinkableUrl<Src>> & RefAttributes<HTMLScriptElement>): ReactNode;
  (props: CachedScriptProps & RefAttributes<HTMLScriptElement>): ReactNode;
}

/**
 * @param NextScript `next/script`, or `undefined` if the app source mentions no strategy.
 * @param manifest tells whether pages hold an import map. React would hoist async
 * scripts and preloads before it, so modules stay in place then.
 * @param HotScript rendered in place of the element in `next dev`.
 */
export function createCachedScript(
  resolve: ResolveAsset,
  NextScript: NextScriptComponent | undefined,
  manifest: RenderManifest,
  HotScript?: HotScriptComponent,
): CachedScriptComponent {
  const render = ({ src, strategy, preload = false, onReady, ...props }: CachedScriptProps, ref: ForwardedRef<HTMLScriptElement>) => {
    const resolved = resolve(src, 'CachedScript');
    const attributes = fetchAttributes(resolved, props);
    const isModule = props.type === 'module';
    const isInPlace = isModule && manifest.importMap !== undefined;
    const preloaded = preload ? preloadsOf(resolved, preload === 'modules' && isModule, props) : [];
    if (!isInPlace) for (const { url, ...each } of preloaded) preloadAsset(url, isModule ? 'module' : 'script', each, props);
    const forNext = { ...props, ...attributes, ...(onReady && { onReady }), src: resolved.url, strategy } as ScriptProps;
    const element = { ...props, ...attributes, ...(ref && { ref }), src: resolved.url, async: props.async ?? !(props.defer || isInPlace) };
    let script: ReactElement | undefined;
    // Check NODE_ENV here, so that production bundles do not contain it.
    if (process.env.NODE_ENV === 'development' && HotScript && !isExternalUrl(src)) {
      const hot = { assetPath: src, hash: resolved.hash ?? resolved.url, src: resolved.url, loadState: resolved.loadState };
      if (strategy !== undefined) return <HotScript {...forNext} {...hot} strategy={strategy} />;
      script = <HotScript {...element} {...hot} />;
    }
    if (strategy !== undefined) {
      if (NextScript) return <NextScript {...forNext} />;
      warnOfUnseenStrategy(src, strategy);
    }
    script ??= <script {...element} />;
    if (!isInPlace || preloaded.length === 0) return script;
    return (
      <>
        <ModulePreloads modules={preloaded} nonce={props.nonce} />
        {script}
      </>
    );
  };
  return keepMounted(Object.assign(forwardRef(render), { displayName: 'CachedScript' }));
}

type Preloaded = FetchAttributes & { url: string };

/** @param withImports whether to preload imported modules too, with the credentials of the module itself. */
function preloadsOf(
  resolved: ResolvedAsset,
  withImports: boolean,
  { integrity, crossOrigin }: Pick<CachedScriptProps, 'integrity' | 'crossOrigin'>,
): Preloaded[] {
  const [own, ...imported] = (withImports && resolved.preloads) || [resolved];
  return [
    { url: resolved.url, ...fetchAttributes(own ?? resolved, { integrity, crossOrigin }) },
    ...imported.map((module) => ({ url: module.url, ...fetchAttributes(module, { crossOrigin }) })),
  ];
}

/** React 19 does not hoist a `<link>` with an `itemProp`. */
function ModulePreloads({ modules, nonce }: { modules: readonly Preloaded[]; nonce: string | undefined }): ReactNode {
  return modules.map(({ url, ...attributes }) => (
    <link key={url} rel="modulepreload" href={url} {...attributes} nonce={nonce} itemProp="" />
  ));
}

/** Warns of a strategy that the scan has not seen: the scan reads app source only, and a component of another package may pass one. */
function warnOfUnseenStrategy(src: string, strategy: string): void {
  console.warn(
    `next-smart-cache: <CachedScript src="${visible(src)}" strategy="${strategy}"> was rendered as a plain async script\n` +
      '  Why: no source file of the app mentions a strategy, so next/script was left out of its bundles\n' +
      `  Fix: use next/script with asset("${visible(src)}") there, or write strategy="${strategy}" in a file of the app`,
  );
}
