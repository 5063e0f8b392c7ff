import { CONTENT_TYPES, KNOWN_EXTENSIONS, TEXT_TYPES } from './content-types.js';
import { SmartCacheError } from './errors.js';
import { visible } from './message-text.js';
import { type Area, type AreaGroup, bytePattern, CHUNK_FOLDERS, type LeftToNext, type NginxSettings } from './nginx-areas.js';
import { staticPrefixes } from './site-rules.js';

export interface NginxSiteInput extends NginxSettings {
  /** The build's `static` folder, as nginx finds it: absolute. */
  staticDir: string;
  buildId: string;
  basePath: string;
  /** The folder of files with their variants beside them, as nginx finds it: absolute. `undefined` if there are none. */
  compressedDir: string | undefined;
  groups: readonly AreaGroup[];
  left: readonly LeftToNext[];
}

/**
 * Writes the configuration of nginx in front of Next, for a `server` block.
 * nginx sends the files of one build, and passes every other request on as if
 * the configuration were not there. Neither the length nor the cost of a
 * request depends on the number of files.
 *
 * `set`, `if` and `rewrite` of the `server` block run before nginx chooses a
 * location (https://nginx.org/en/docs/http/ngx_http_rewrite_module.html). They
 * match `$uri`: nginx has decoded the path, resolved `..`, and refused a path
 * that leaves the root or holds a NUL.
 *
 * @throws {SmartCacheError} `ERR_SMART_CACHE_NGINX_UNWRITABLE` for a name that nginx cannot read as it is.
 * @example writeNginxSite({ staticDir: '/srv/app/.next/static', … })
 */
export function writeNginxSite(input: NginxSiteInput): string {
  const { staticDir, compressedDir, buildId, basePath, assetPrefix, left } = input;
  requirePlainPath('basePath', basePath);
  requirePlainPath('assetPrefix', assetPrefix);
  requirePlainPath('generateBuildId', `/${buildId}`);
  const sections = input.groups.map((group, index) => writeGroup(input, group, index + 1));
  return [
    '# Printed by "next-smart-cache nginx". Include it in the server block of the app.',
    '# Print it again after each "next build": it serves the files of one build only.',
    '# All other requests go on to the locations of the server block: pages, stale hashes, and what is left to Next.',
    ...left.map(({ path, reason }) => `# Left to Next: ${visible(path)}, since ${visible(reason)}.`),
    ...sections,
    '',
  ].join('\n');

  function writeGroup({ hashLength }: NginxSiteInput, { headers, areas }: AreaGroup, number: number): string {
    const file = `$smart_cache_${number}`;
    const internal = `${basePath}/_next/smart-cache-${number}/`;
    const compressed = `${basePath}/_next/smart-cache-compressed-${number}/`;
    const inBuild = quote(`${staticDir}/${buildId}/../`, file);
    const prefix = alternatives(staticPrefixes(input).map(bytePattern));
    const chunks = areas.filter(({ kind }) => kind === 'chunks').map(chunkPattern);
    const [direct, rewrite] = (['direct', 'rewrite'] as const).map((kind) => namesPattern(areas.filter((area) => area.kind === kind)));
    const lookUps: (readonly [pattern: string | undefined, parent: string])[] = [
      [chunks.length > 0 ? `${prefix}/_next/static/(?<smart_cache>${alternatives(chunks)}/.+)` : undefined, ''],
      [direct && `${prefix}/_next/static/(?<smart_cache>media/smart-cache/${direct})`, ''],
      [rewrite && `${bytePattern(basePath)}/(?<smart_cache>${rewrite}\\.[0-9a-f]{${hashLength}}\\.[^./]+)`, 'media/smart-cache-rewrite/'],
    ];
    return [
      '',
      `set ${file} "";`,
      // A named capture: nginx encodes `$1` again if the request was encoded (`ngx_http_script_copy_capture_code`).
      ...lookUps.flatMap(([pattern, parent]) => (pattern ? [`if ($uri ~ "^${pattern}$") { set ${file} "${parent}$smart_cache"; }`] : [])),
      // Next sends files of other types.
      `if ($uri !~* "\\.(?:${[...KNOWN_EXTENSIONS].sort().join('|')})$") { set ${file} ""; }`,
      '# The folder of the build ID is in the path so that nothing is found in another build, whose proxy may guard other files.',
      ...(compressedDir === undefined
        ? [`if (-f ${inBuild}) { rewrite ^ ${quote(internal, file)} last; }`]
        : [
            `if (!-f ${inBuild}) { set ${file} ""; }`,
            `if (-f ${quote(`${compressedDir}/`, file)}) { rewrite ^ ${quote(compressed, file)} last; }`,
            `if (${file}) { rewrite ^ ${quote(internal, file)} last; }`,
            ...writeLocation(compressed, compressedDir, headers, [
              '  gzip_static on;',
              '  # For nginx with https://github.com/google/ngx_brotli, which sends Brotli to browsers that accept it:',
              '  # brotli_static on;',
              '  gzip_vary on;',
              // By default, nginx sends no gzip to proxies that add `Via` (https://nginx.org/r/gzip_proxied).
              '  gzip_proxied any;',
            ]),
          ]),
      ...writeLocation(internal, staticDir, headers),
    ].join('\n');
  }
}

/** Writes a location that only rewrites reach, and that sends the files of a folder as immutable. */
function writeLocation(internal: string, folder: string, headers: AreaGroup['headers'], directives: readonly string[] = []): string[] {
  return [
    `location ^~ ${quote(internal)} {`,
    '  internal;',
    `  alias ${quote(`${folder}/`)};`,
    ...fileDirectives(folder),
    ...directives,
    '  add_header Cache-Control "public, max-age=31536000, immutable";',
    ...(headers.length > 0 ? ['  # From headers() of the app.'] : []),
    ...headers.map(([key, value]) => `  add_header ${quote(key)} ${quote(value)};`),
    '}',
  ];
}

/**
 * Writes the configuration of nginx for an export: caches revalidate pages,
 * keep files in Next's static folders as immutable, and do not keep a 404.
 *
 * @param exportDir the folder that Next exported to, as nginx finds it: absolute.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_NGINX_UNWRITABLE` for a name that nginx cannot read as it is.
 */
export function writeNginxExport({ exportDir, basePath }: { exportDir: string; basePath: string }): string {
  requirePlainPath('basePath', basePath);
  const base = bytePattern(basePath);
  const common = [`  root ${quote(`${exportDir}/`)};`, ...fileDirectives(exportDir)];
  // The server block may serve another export too.
  const notFound = `@smart-cache-not-found${basePath}`;
  return [
    '# Printed by "next-smart-cache nginx". Include it in the server block of the site. A new export needs no new configuration.',
    `location ~ "^${base}(?<smart_cache_file>/_next/static/${alternatives(CHUNK_FOLDERS)}/.+)$" {`,
    ...common,
    '  try_files $smart_cache_file =404;',
    `  error_page 404 ${notFound};`,
    '  add_header Cache-Control "public, max-age=31536000, immutable";',
    '}',
    // nginx drops the slash at the end of "root", so without the slash of this pattern `.html` would name a file beside the folder.
    `location ~ "^${base}(?:/(?<smart_cache_page>.*?))?/?$" {`,
    ...common,
    '  try_files /$smart_cache_page /$smart_cache_page.html /$smart_cache_page/index.html =404;',
    `  error_page 404 ${notFound};`,
    '  add_header Cache-Control "public, max-age=0, must-revalidate";',
    '}',
    `location ${notFound} {`,
    ...common,
    '  try_files /404.html =404;',
    '  add_header Cache-Control "no-store" always;',
    '}',
    '',
  ].join('\n');
}

/** @param folder nginx does not follow symbolic links in it. */
function fileDirectives(folder: string): string[] {
  const types = Object.entries(CONTENT_TYPES).map(([type, extensions]) => `${type} ${extensions};`);
  return [
    `  disable_symlinks on ${quote(`from=${folder}/`)};`,
    `  types { text/html html; ${types.join(' ')} }`,
    '  default_type application/octet-stream;',
    '  charset UTF-8;',
    // nginx adds text/html.
    `  charset_types ${TEXT_TYPES.join(' ')};`,
    // An "expires" of the server block would add a second Cache-Control.
    '  expires off;',
  ];
}

/**
 * `media/` holds the two stores, which have areas of their own. Leave them out
 * in any case, since the disk may ignore case, and after several slashes, which
 * `merge_slashes off` leaves in `$uri`.
 */
function chunkPattern({ folder }: Area): string {
  return folder === 'media' ? 'media(?!/+(?i:smart-cache(?:-rewrite)?)/)' : bytePattern(folder);
}

function namesPattern(areas: readonly Area[]): string | undefined {
  const folders = areas.filter(({ folder }) => folder !== '').map(({ folder }) => bytePattern(folder));
  const patterns = [...(folders.length > 0 ? [`${alternatives(folders)}/.+`] : []), ...(folders.length < areas.length ? ['[^/]+'] : [])];
  return patterns.length > 0 ? alternatives(patterns) : undefined;
}

function alternatives(patterns: readonly string[]): string {
  const unique = [...new Set(patterns)].sort();
  return unique.length === 1 ? (unique[0] as string) : `(?:${unique.join('|')})`;
}

/**
 * Quotes a text as one parameter. nginx has no escape for `$`, which begins a
 * variable (`ngx_conf_read_token`, `ngx_http_script_compile`).
 *
 * @param variable to put after the text. Default: none.
 */
function quote(text: string, variable = ''): string {
  if (/[$\p{Cc}]/u.test(text))
    throw unwritable(
      text,
      'nginx has no escape for "$" or a control character',
      'rename the folder, or name one that points to it with --app-dir',
    );
  return `"${text.replace(/["\\]/g, '\\$&')}${variable}"`;
}

function requirePlainPath(option: string, path: string): void {
  if (!/^(?:\/[\w.~-]+)*$/.test(path))
    throw unwritable(
      `${option} of next.config, ${path}`,
      'it has other characters than letters, digits and "-._~"',
      `use a ${option} of these characters`,
    );
}

function unwritable(where: string, why: string, fix: string): SmartCacheError {
  return new SmartCacheError('ERR_SMART_CACHE_NGINX_UNWRITABLE', {
    what: 'A name cannot be written in a configuration of nginx',
    where,
    why,
    fix,
  });
}
