import type { HeaderRule } from '../core/header-rules.js';

/**
 * In development a browser asks again for whatever has the name of a file, also
 * where `headers` lets it keep the file in production: what a stylesheet loads
 * is linked by a plain URL.
 *
 * A font is not to be kept at all. When Chromium has asked again for one and
 * is answered with other bytes, it goes on showing those that it had, after a
 * reload too.
 *
 * Left out is what Next serves of its own, with headers of its own.
 *
 * @returns made anew: Next writes the `basePath` into what it is given.
 */
export function developmentHeaders(): HeaderRule[] {
  return [rule('[^./]+', 'no-cache'), rule('(?:eot|otf|tt[cf]|woff2?)', 'no-store')];
}

function rule(extension: string, value: string): HeaderRule {
  const source = `/:path((?!(?:.*/)?_next/|__nextjs_).+\\.${extension})`;
  return { source, locale: false, headers: [{ key: 'Cache-Control', value }] };
}
