/**
 * Media types with their extensions, as Next sends them (`mime` 1.6 in
 * `compiled/send`, and `server/serve-static.js`). nginx's own table lacks some:
 * browsers do not run an `.mjs` module without a JavaScript type.
 */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  'application/javascript': 'js mjs',
  'application/json': 'json map',
  'application/manifest+json': 'webmanifest',
  'application/pdf': 'pdf',
  'application/rss+xml': 'rss',
  'application/vnd.ms-fontobject': 'eot',
  'application/wasm': 'wasm',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'oga ogg',
  'audio/wav': 'wav',
  'font/otf': 'otf',
  'font/ttf': 'ttf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'image/apng': 'apng',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/jpeg': 'jpeg jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'image/x-icon': 'ico',
  'model/gltf+json': 'gltf',
  'model/gltf-binary': 'glb',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/plain': 'txt',
  'text/vtt': 'vtt',
  'video/mp4': 'mp4',
  'video/ogg': 'ogv',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
};

/** In lower case, without a dot. */
export const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(CONTENT_TYPES).flatMap((extensions) => extensions.split(' ')));

/** The types that Next sends with `charset=UTF-8`. */
export const TEXT_TYPES: readonly string[] = Object.keys(CONTENT_TYPES).filter((type) => /^(?:text\/|application\/j)/.test(type));
