/** What is looked at, by the names that `--json` uses. */
export type Check =
  /** A whole answer comes. */
  | 'answer'
  | 'status'
  | 'content-type'
  /** `Cache-Control`, `Expires`, `Vary` and `Set-Cookie` are right for what this is. */
  | 'header'
  /** The hash in the URL is that of the bytes. */
  | 'hash'
  /** So is the `integrity` attribute. */
  | 'integrity'
  /** The same path with a hash that was never issued may not be reused. */
  | 'made-up-hash'
  /** A valid hash behind the path of the page makes no page cacheable. */
  | 'hash-on-page'
  /** No cache in front has kept what it must not. */
  | 'cdn'
  /** The page links hashed URLs. */
  | 'hashed-urls';

export type Verdict = { check: Check; ok: true; detail: string } | { check: Check; ok: false; detail: string; fix: string };

export function holds(check: Check, detail: string): Verdict {
  return { check, ok: true, detail };
}

export function fails(check: Check, detail: string, fix: string): Verdict {
  return { check, ok: false, detail, fix };
}

/** What failed, as the first part of a message. */
export const FAILURES: Readonly<Record<Check, string>> = {
  answer: 'No whole answer',
  status: 'The status is not 200',
  'content-type': 'The Content-Type is wrong',
  header: 'A header for caches is wrong',
  hash: 'The hash is not that of the bytes',
  integrity: 'The integrity attribute is not that of the bytes, so browsers refuse the file',
  'made-up-hash': 'A hash that was never issued may be cached',
  'hash-on-page': 'A page may be cached under the name of a file',
  cdn: 'A cache in front has kept what it must not',
  'hashed-urls': 'The page links no hashed URL',
};
