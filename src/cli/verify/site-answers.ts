import type { LinkedFile } from '../../pipeline/references/html-links.js';
import type { Answer } from './answer.js';

/** The answers of a site, not judged yet. */
export interface SiteAnswers {
  page: PageAnswers;
  files: readonly FileAnswers[];
  /** Next's `basePath`, as far as the page tells. */
  basePath: string;
  notAsked: NotAsked;
}

export interface PageAnswers {
  /** After redirects. */
  url: URL;
  redirects: readonly Redirect[];
  answer: Answer;
  /** The answer to a second request: it shows what a cache kept of the first one. */
  again: Answer | undefined;
  /** Two answers to a valid hash below the path of the page: `/account/x.<hash>.css`. */
  hashOnPage: readonly Answer[];
}

export interface Redirect {
  url: string;
  status: number;
  location: string;
}

/** One file of a page. */
export type FileAnswers = HashedFileAnswers | PlainFileAnswers;

/** The place that names the file. */
type Where = Pick<LinkedFile, 'place' | 'label'>;

export interface HashedFileAnswers extends Where {
  kind: 'hashed';
  url: URL;
  answer: Answer;
  /** The `integrity` of its tag. */
  integrity: string | undefined;
  /** The original, asked for where the hash is not that of the bytes, or not found. */
  original: Answer | undefined;
  /** The head of another answer, where the first one sets a cookie. */
  again: Answer | undefined;
  /** The answers to a made-up hash, in order: the second one shows what a cache kept of the first one. */
  madeUp: readonly Answer[];
  /** URLs that the file names. */
  references: readonly string[];
}

export interface PlainFileAnswers extends Where {
  /** `other-hash`: the name holds a date, or a hash that this package did not make. */
  kind: 'plain' | 'other-hash';
  url: URL;
  answer: Answer;
}

/** URLs that are not looked at. */
export interface NotAsked {
  /** How many belong to Next or to the host. */
  framework: number;
  /** How many are pages and routes, which are not public files. */
  routes: number;
  /** How many are on other origins. */
  elsewhere: number;
  /** URLs among `elsewhere` that have the form of a hashed URL. */
  hashedElsewhere: readonly string[];
  /** How many exceed `--max-assets`. */
  beyondLimit: number;
}
