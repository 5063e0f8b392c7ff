/** What stands in front of the URLs of the manifest when they are rendered. */
export interface UrlPrefixes {
  basePath: string;
  /** In front of URLs under `/_next/`, as Next's own. */
  assetPrefix: string;
  cdnPrefix: string;
}

/** A URL of the manifest, ready to be linked. */
export function finishUrl(url: string, { basePath, assetPrefix, cdnPrefix }: UrlPrefixes): string {
  // Without the slash at its end, as Next does.
  return (cdnPrefix || (url.startsWith('/_next/') && assetPrefix.replace(/\/+$/, '')) || basePath) + url;
}
