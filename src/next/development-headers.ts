import type { NextConfig } from 'next';

export type HeadersResult = Awaited<ReturnType<NonNullable<NextConfig['headers']>>>;

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
 */
export const DEVELOPMENT_HEADERS: HeadersResult = [
  rule('/:path((?!_next/).+\\.[^./]+)', 'no-cache'),
  rule('/:path((?!_next/).+\\.(?:eot|otf|tt[cf]|woff2?))', 'no-store'),
];

function rule(source: string, value: string): HeadersResult[number] {
  return { source, locale: false, headers: [{ key: 'Cache-Control', value }] };
}

/**
 * Adds our rules to what the user's `headers` returned: behind it, since the
 * last one wins. What is not an array is handed on: Next says what is wrong.
 */
export function mergeHeaders(own: HeadersResult | null | undefined, rules: HeadersResult): HeadersResult {
  if (own && !Array.isArray(own)) return own;
  return [...(own ?? []), ...rules];
}
