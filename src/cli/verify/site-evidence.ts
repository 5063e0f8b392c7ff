import type { Answer } from './answer.js';

/** One file of a page, and what the site has answered. */
export type AssetEvidence = HashedEvidence | PlainEvidence;

export interface HashedEvidence {
  kind: 'hashed';
  url: URL;
  answer: Answer;
  /** The `integrity` of its tag. */
  integrity: string | undefined;
  /** The original, asked for where the hash is not that of the bytes. */
  original: Answer | undefined;
  /** The head of another answer, where the first one sets a cookie. */
  again: Answer | undefined;
  /** The answers to a hash that was made up, in order: what the first one left in a cache shows in the second. */
  madeUp: readonly Answer[];
  /** Hashed files that it names, by URL. */
  references: readonly string[];
}

export interface PlainEvidence {
  /** `other-hash`: the name holds a hash that somebody else has put there. */
  kind: 'plain' | 'other-hash';
  url: URL;
  answer: Answer;
}

export interface PageEvidence {
  /** Where the redirects have led to. */
  url: URL;
  redirects: readonly Redirect[];
  answer: Answer;
  /** The same once more, for what the first one left in a cache. */
  again: Answer | undefined;
  /** A valid hash behind the path of the page, twice: `/account/x.<hash>.css`. */
  hashOnPage: readonly Answer[];
}

export interface Redirect {
  url: string;
  status: number;
  location: string;
}

export interface SiteEvidence {
  page: PageEvidence;
  assets: readonly AssetEvidence[];
  notAsked: NotAsked;
}

/** How many URLs were left alone, or asked for once to see whose they are. */
export interface NotAsked {
  /** Next's own, and the host's. */
  framework: number;
  /** Other sites'. */
  elsewhere: number;
  /** Beyond `--max-assets`. */
  beyondLimit: number;
}
