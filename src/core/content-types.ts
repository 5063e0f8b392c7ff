import { splitExtension } from './asset-path.js';

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

/** The extensions of the table, in lower case, without a dot. */
export const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(CONTENT_TYPES).flatMap((extensions) => extensions.split(' ')));

/** The types that Next sends with `charset=UTF-8`. */
export const TEXT_TYPES: readonly string[] = Object.keys(CONTENT_TYPES).filter((type) => /^(?:text\/|application\/j)/.test(type));

const TYPE_BY_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries(CONTENT_TYPES).flatMap(([type, extensions]) => extensions.split(' ').map((extension) => [extension, type] as const)),
);

/** The media type of a file by its name, without parameters; `undefined` for names that are not in the table. */
export function mediaTypeOf(name: string): string | undefined {
  return TYPE_BY_EXTENSION.get(splitExtension(name).extension.slice(1).toLowerCase());
}

/** The `Content-Type` with which Next sends a media type of the table. */
export function contentTypeOf(mediaType: string): string {
  return TEXT_TYPES.includes(mediaType) ? `${mediaType}; charset=UTF-8` : mediaType;
}

/** The types of the table that are not text by their name, but that Next's server compresses (https://github.com/jshttp/mime-db). */
const ALSO_COMPRESSIBLE: readonly string[] = [
  'application/javascript',
  'application/json',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/xml',
  'font/otf',
  'font/ttf',
  'image/bmp',
  'image/x-icon',
  'model/gltf-binary',
];

/** Whether Next's server compresses files of this media type. */
export function isCompressible(mediaType: string): boolean {
  return /^text\/|\+(?:json|text|xml)$/.test(mediaType) || ALSO_COMPRESSIBLE.includes(mediaType);
}

/** A content coding of HTTP (https://www.iana.org/assignments/http-parameters). */
export type Encoding = 'br' | 'gzip' | 'zstd';

/** The encodings with the extensions of their files. */
export const EXTENSIONS: Readonly<Record<Encoding, string>> = { br: 'br', gzip: 'gz', zstd: 'zst' };

export const ENCODINGS = Object.keys(EXTENSIONS) as Encoding[];
