import fs from 'node:fs';
import type { RenderManifest } from '../../../src/core/render-manifest';
import type { RewriteRules } from '../../../src/core/rewrite-rules';
import type { SmartCacheApp } from '../../../src/next/smart-cache-app';
import { parseRenderModule } from '../../../src/pipeline/render-modules';

/** The manifest that Server Components of the app look paths up in. */
export function serverManifest(app: SmartCacheApp): RenderManifest {
  app.prepare();
  return parseRenderModule(fs.readFileSync(app.modules.server, 'utf8'));
}

/** The URL that an element with this path gets. */
export function urlOf({ assets }: RenderManifest, assetPath: string): string {
  const entry = assets[assetPath];
  return (typeof entry === 'string' ? entry : entry?.[0]) ?? '';
}

export function rulesOf({ rewriteRules }: SmartCacheApp): RewriteRules {
  return rewriteRules?.() ?? { beforeFiles: [], afterFiles: [] };
}
