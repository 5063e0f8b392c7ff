import type { Coverage, Place, PlainFile } from './coverage.js';
import { formatCount, listFew } from './message-text.js';
import { globForNeighbours } from './render-manifest.js';

/** Files that have a plain URL for the same reason. */
export interface PlainGroup {
  why: string;
  /** The edit after which they are hashed. */
  fix: string;
  files: readonly PlainFile[];
}

/** Facts about the app that its pages do not show. */
export interface ReasonContext {
  /** Whether the app uses the JSX runtime of this package. Default: unknown. */
  usesJsxRuntime?: boolean;
  /** Whether hashed URLs are on another origin. Default: false. */
  isCrossOrigin?: boolean;
  /** Whether client code may look a file up. Default: unknown. */
  isForClient?: ((assetPath: string) => boolean) | undefined;
  /** Asset paths that do not work under a hashed URL. Default: none. */
  keptPlain?: readonly string[];
}

/** Groups plain files by the reason for their plain URL, in the order of the files. */
export function explainPlainFiles({ plain }: Coverage, context: ReasonContext): PlainGroup[] {
  const groups = new Map<string, PlainGroup>();
  for (const file of plain) {
    const { why, fix } = reasonFor(file, context);
    groups.set(why + fix, { why, fix, files: [...(groups.get(why + fix)?.files ?? []), file] });
  }
  return [...groups.values()];
}

type Reason = Pick<PlainGroup, 'why' | 'fix'>;

function reasonFor({ assetPath, place }: PlainFile, { usesJsxRuntime, isCrossOrigin, isForClient, keptPlain = [] }: ReasonContext): Reason {
  if (keptPlain.includes(assetPath)) {
    return {
      why: 'the file does not work under a hashed URL',
      fix: 'read the warnings of "next-smart-cache build"; exclude the file if it must stay plain',
    };
  }
  if (isCrossOrigin && (place === 'same-origin' || place === 'style')) {
    return {
      why: 'browsers and next/image never load this file from another origin, or only with CORS',
      fix: 'serve the site without "cdnPrefix", or exclude the file',
    };
  }
  const known = REASONS[place];
  if (known) return known;
  if (usesJsxRuntime === undefined) return UNKNOWN_APP;
  if (usesJsxRuntime === false) return NO_RUNTIME;
  if (isForClient && !isForClient(assetPath)) {
    return {
      why: 'the path is put together at run time in client code, or the element comes from the HTML of Markdown or of a CMS',
      fix: `for client code, add clientAssets: ['${globForNeighbours(assetPath)}'] to the options of withSmartCache(); for HTML, write the URL with asset()`,
    };
  }
  return FROM_HTML;
}

const NO_RUNTIME: Reason = {
  why: 'the app does not use the JSX runtime of this package',
  fix: 'set "jsxImportSource": "next-smart-cache" in the compilerOptions of tsconfig.json or jsconfig.json',
};

/** The reason that `verify` gives, which sees pages but not the app. */
const UNKNOWN_APP: Reason = {
  why: 'the JSX runtime of this package did not make these elements, or client code does not know the paths',
  fix: `${NO_RUNTIME.fix}; if it is set, "next-smart-cache check" names the reason for each file after a build`,
};

const FROM_HTML: Reason = {
  why: "the element is not made by the app's own JSX: it comes from the HTML of Markdown or of a CMS, or from a package",
  fix: 'write the URL with asset() where that HTML is made, or pass asset() to the component of the package',
};

/** Reasons that the place alone decides. */
const REASONS: Partial<Record<Place, Reason>> = {
  relative: {
    why: 'a relative URL names another file on each page, so the JSX runtime leaves it alone',
    fix: 'write the path from the root of the site, such as "/img/hero.png"',
  },
  'own-integrity': {
    why: 'an element with an integrity of its own keeps its URL',
    fix: 'remove the integrity, or write <CachedScript> or <CachedStyle>, which add one',
  },
  metadata: { why: 'the JSX runtime does not see metadata objects', fix: 'write its URLs with asset()' },
  stylesheet: {
    why: 'a plugin of PostCSS, such as Tailwind, makes the URL after the stylesheet has been hashed',
    fix: 'run "npx next-smart-cache init", which adds next-smart-cache/postcss to the PostCSS config',
  },
  reference: {
    why: 'a public file names it, and that reference is not rewritten',
    fix: 'hash the file that names it, and keep the "references" option on; "next-smart-cache build" warns about references that cannot be rewritten',
  },
  fetch: {
    why: 'fetch() and workers take the URL that the code gives them, so their preload stays plain',
    fix: 'write asset() in both, the preload and the call',
  },
  preload: {
    why: 'the code that uses the preloaded file names its plain URL',
    fix: 'write asset() in both, the preload and its use',
  },
};

/**
 * Coverage in one line: `41 of 43 public files that your pages load are hashed; plain: /search.json (fetch in /)`.
 *
 * @param loadedBy `your pages load`, `this page loads`.
 * @param max how many plain files are named. Default: 5.
 */
export function describeCoverage({ hashed, total, plain }: Coverage, loadedBy: string, max = 5): string {
  if (total === 0) return `${loadedBy} no public file that could be hashed`;
  const counts = `${formatCount(hashed)} of ${formatCount(total, 'public file')} that ${loadedBy} ${total === 1 ? 'is' : 'are'} hashed`;
  if (plain.length === 0) return counts;
  return `${counts}; plain: ${listFew(plain.map(describePlainFile), max)}`;
}

/** `/search.json (fetch in / and 3 more pages)` */
function describePlainFile({ assetPath, label, pages }: PlainFile): string {
  const more = pages.length > 1 ? ` and ${formatCount(pages.length - 1, 'more page')}` : '';
  return `${assetPath} (${label} in ${pages[0]}${more})`;
}

/** Coverage of the pages that a finished build rendered. */
export interface BuildCoverage {
  coverage: Coverage;
  groups: readonly PlainGroup[];
  /** The number of pages that were read. */
  pages: number;
  /** Routes that Next renders on request, so that the build has no page of them. Sorted. */
  notMeasured: readonly string[];
}

/** The coverage, or the reason why the build cannot be measured. */
export type MeasuredBuild = BuildCoverage | { whyNot: string };

/** `41 of 43 public files that your pages load are hashed; plain: …; 3 dynamic pages not measured` */
export function describeBuildCoverage({ coverage, notMeasured }: BuildCoverage): string {
  const dynamic = notMeasured.length === 0 ? '' : `; ${formatCount(notMeasured.length, 'dynamic page')} not measured`;
  return describeCoverage(coverage, 'your pages load') + dynamic;
}

/** `/search.json: fetch() and workers take …; write asset() in both, the preload and the call` */
export function describeGroup({ why, fix, files }: PlainGroup, max = 3): string {
  const names = files.map(({ assetPath }) => assetPath);
  return `${listFew(names, max)}: ${why}; ${fix}`;
}
