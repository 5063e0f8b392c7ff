/** The checks, by the names that `--json` uses. */
export type Check =
  /** A complete answer arrives. */
  | 'answer'
  | 'status'
  | 'content-type'
  /** `Cache-Control`, `Expires`, `Vary` and `Set-Cookie` are right for this kind of URL. */
  | 'header'
  /** The hash in the URL is that of the bytes. */
  | 'hash'
  /** So is the `integrity` attribute. */
  | 'integrity'
  /** The same path with a hash that was never issued may not be reused. */
  | 'made-up-hash'
  /** A valid hash below the path of the page makes no page cacheable. */
  | 'hash-on-page'
  /** No cache in front kept what it must not keep. */
  | 'cdn'
  /** The page loads files by hashed URLs. */
  | 'hashed-urls';

export type Verdict =
  | { check: Check; ok: true; detail: string /** Worth knowing, but this package is not responsible for it. */; advice?: string }
  | { check: Check; ok: false; fault: Fault; detail: string; fix: string };

/** Each fault, as the table names it, and as the first part of a message. */
export const FAULTS = {
  'no answer': 'There is no complete answer',
  'redirect not followed': 'A redirect was not followed',
  'rewrites ignored': 'The host does not apply the rewrites of hashed URLs',
  'wrong status': 'The status is not 200',
  'wrong type': 'The Content-Type is wrong',
  'kept too long': 'Browsers keep this page, and with it the URLs of old files',
  'not immutable': 'The Cache-Control of a hashed URL is wrong',
  'never reused': 'No cache can reuse this file',
  'shared cookie': 'A cache gives the cookie of one visitor to others',
  'wrong bytes': 'The hash in the URL is not that of the bytes',
  'wrong integrity': 'The integrity attribute is not that of the bytes, so browsers refuse the file',
  'stale hash breaks': 'A hash that was never issued has no usable answer',
  'stale hash kept': 'A hash that was never issued may be cached',
  'page kept as file': 'A page may be cached under the name of a file',
  'kept by a cache': 'A cache in front kept what it must not keep',
  'no hash': 'The page loads no file by a hashed URL',
} as const;

export type Fault = keyof typeof FAULTS;

export function holds(check: Check, detail: string): Verdict {
  return { check, ok: true, detail };
}

/** Makes a verdict of something that is not a fault of a hashed site. It never changes the exit code. */
export function advises(check: Check, detail: string, advice: string): Verdict {
  return { check, ok: true, detail, advice };
}

export function fails(check: Check, fault: Fault, detail: string, fix: string): Verdict {
  return { check, ok: false, fault, detail, fix };
}
