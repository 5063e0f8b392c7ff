import type { ErrorParts } from '../../core/errors.js';
import { nearestNames } from '../../core/nearest-names.js';
import type { Problem } from '../references/find-references.js';
import type { Reference } from '../references/reference.js';
import type { ReasonToKeepPlain } from './files-kept-plain.js';
import { buildReferenceGraph, type GraphFile, isImport, reach } from './reference-graph.js';

/** Of one file, and of one build: a build log is read, if at all, from its beginning. */
const MAX_PER_FILE = 10;
const MAX_IN_ALL = 50;
/** How many names one build looks at for the nearest: with very many files, only the first warnings are worth it. */
const MAX_COMPARED = 1_000_000;

const LEAVE_OUT = (assetPath: string) =>
  `"references: { exclude: '${assetPath}' }" in the second argument of withSmartCache() leaves the file as it is`;

const MOVES = 'a hashed URL is in another folder here, below /_next/static/';
const EXCLUDE = (assetPath: string) =>
  `"exclude: '${assetPath}'" in the second argument of withSmartCache() leaves it plain without this warning`;
/** How many files one warning names. */
const MAX_NAMED = 5;

/** Why files are not hashed, and what to do about it. Each text fits one file as well as many. */
const KEPT_PLAIN: Record<Exclude<ReasonToKeepPlain, 'unreadable'>, Pick<ErrorParts, 'why' | 'fix'>> = {
  'left-alone': {
    why: `the "references" option leaves relative references as they are; ${MOVES}, where such references would find nothing`,
    fix: 'let "references" rewrite them, or write them with a slash in front',
  },
  'unknown-format': {
    why: `this format may name other files by relative URLs, which cannot be rewritten; ${MOVES}, where they would find nothing`,
    fix: 'write the URLs in JSON with a slash in front',
  },
  'other-host': {
    why: 'a reference keeps its plain URL, and the hashed URL of the file that holds it is on another host, which need not have that',
    fix: 'hash the files that are referred to, or write whole URLs, such as https://example.com/',
  },
  'long-name': {
    why: 'with a hash, the name is longer than the 255 bytes that file systems allow',
    fix: 'give the file a shorter name',
  },
};

/** What the references of `public/` have to be warned of. Nothing of it stops a build. */
export class ReferenceWarnings {
  readonly list: ErrorParts[] = [];
  #leftOut = 0;
  #compared = 0;

  /**
   * A file that its lexer cannot read, or a spot in it.
   *
   * @param isKeptPlain whether the file is therefore not hashed.
   */
  addUnreadable(assetPath: string, { line, why, isPartial }: Problem, isKeptPlain: boolean): void {
    this.#add(() =>
      isKeptPlain
        ? {
            what: 'A file keeps its plain URL, since its references cannot be read',
            where: inPublic(assetPath, line),
            why: `${why}; ${MOVES}, where its relative references would find nothing`,
            fix: `correct the file; ${EXCLUDE(assetPath)}`,
          }
        : {
            what: isPartial ? 'A file is broken at one spot' : 'A file is served as it is, and what it refers to keeps its plain URL',
            where: inPublic(assetPath, line),
            why,
            fix: `${isPartial ? 'correct that spot; all other references of the file get hashed URLs' : 'mend the file'}; ${LEAVE_OUT(assetPath)}, without this warning`,
          },
    );
  }

  /** Files that are not hashed, one warning for each reason. Those that cannot be read have one of their own. */
  addKeptPlain(kept: ReadonlyMap<string, ReasonToKeepPlain>): void {
    for (const [reason, { why, fix }] of Object.entries(KEPT_PLAIN)) {
      const assetPaths = [...kept].filter(([, its]) => its === reason).map(([assetPath]) => assetPath);
      if (assetPaths.length === 0) continue;
      const named = assetPaths.slice(0, MAX_NAMED).map((assetPath) => `public${assetPath}`);
      const others = assetPaths.length - named.length;
      // This warning does not count towards the limit: a list of dead references must not hide it.
      this.list.push({
        what: assetPaths.length === 1 ? 'A file keeps its plain URL' : `${assetPaths.length} files keep their plain URLs`,
        where: others > 0 ? `${named.join(', ')} and ${others} more` : named.join(', '),
        why,
        fix: `${fix}; ${EXCLUDE(assetPaths[0] as string)}`,
      });
    }
  }

  /** References that lead nowhere; where a URL stands more than once, the first. */
  addDead(assetPath: string, references: readonly Reference[], names: ReadonlySet<string>): void {
    const firsts = [...new Map([...references].reverse().map((reference) => [reference.url, reference])).values()].reverse();
    for (const { url, line } of firsts.slice(0, MAX_PER_FILE)) {
      this.#add(() => {
        const target = pathOf(url, assetPath);
        const nearest = this.#compared < MAX_COMPARED ? nearestNames(target, names, 1)[0] : undefined;
        this.#compared += names.size;
        return {
          what: 'A reference leads nowhere',
          where: inPublic(assetPath, line),
          why: `it is written ${JSON.stringify(url)}, and public/ has no file ${target}`,
          fix: `${target === url && url.includes('%') ? 'write %25 for "%"; ' : ''}${nearest ? `did you mean ${nearest}? ` : ''}add the file or correct the reference; ${LEAVE_OUT(assetPath)}`,
        };
      });
    }
    this.#leftOut += Math.max(0, firsts.length - MAX_PER_FILE);
  }

  /** Modules that two files import by different URLs. */
  addLoadedTwice({ modules: [first, ...others], leftAlone, rewritten }: ModulesLoadedTwice): void {
    this.#add(() => ({
      what: 'A page may load a module twice, under two URLs',
      where: `public${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
      why: `${rewritten} imports its hashed URL, and ${leftAlone} loads its plain URL, since "references.exclude" names ${leftAlone}; each copy has its own state`,
      fix: `take ${leftAlone} out of "references: { exclude }", or set "modules: { importMap: true }" and render <CachedImportMap />`,
    }));
  }

  /** Stylesheets that import each other: browsers stop where the circle closes. */
  addImportCircle(assetPaths: readonly string[]): void {
    this.#add(() => ({
      what: 'Stylesheets import each other in a circle',
      where: assetPaths.map((assetPath) => `public${assetPath}`).join(', '),
      why: 'a browser applies such a sheet once, and where in the cascade is easy to misread',
      fix: 'remove one of the @import rules; the files are hashed as one group until then',
    }));
  }

  /** All of them, and how many more there are. */
  finish(): readonly ErrorParts[] {
    if (this.#leftOut > 0) {
      const what = `${this.#leftOut} more ${this.#leftOut === 1 ? 'reference has' : 'references have'} the same trouble`;
      this.list.push({ what, where: 'public/', why: 'the list is cut short', fix: 'mend the ones above, then build again' });
    }
    return this.list;
  }

  #add(make: () => ErrorParts): void {
    if (this.list.length < MAX_IN_ALL) this.list.push(make());
    else this.#leftOut++;
  }
}

function inPublic(assetPath: string, line: number): string {
  return `public${assetPath}:${line}`;
}

/** The asset path that a URL would have. */
function pathOf(url: string, from: string): string {
  try {
    return decodeURIComponent(new URL(url, `http://public.invalid${encodeURI(from)}`).pathname);
  } catch {
    return url;
  }
}

/** Modules that a page may load under two URLs: the browser then runs each twice, and each copy has a state of its own. */
export interface ModulesLoadedTwice {
  /** Asset paths, in the order in which they are met. */
  modules: string[];
  /** The file that is left as it is: what it imports, and what those import, has a plain URL. */
  leftAlone: string;
  /** A file that imports the hashed URL of the first module. */
  rewritten: string;
}

/**
 * Finds the modules that one file imports by their plain URL, because its
 * references are not rewritten, and another file by their hashed one.
 *
 * A module counts as loaded by its hashed URL if it can be reached from a
 * rewritten file that nothing imports. Only the app knows which files it loads.
 *
 * @param leftAlone the files that the `references.exclude` option names.
 * @param rewritten all other files with references.
 * @param isHashed whether a file has a hashed URL at all.
 */
export function findModulesLoadedTwice(
  leftAlone: readonly GraphFile[],
  rewritten: readonly GraphFile[],
  isHashed: (assetPath: string) => boolean,
): ModulesLoadedTwice[] {
  if (leftAlone.length === 0) return [];
  const graph = buildReferenceGraph([...leftAlone, ...rewritten], false);
  const importsOf = (assetPath: string) =>
    graph
      .followed(assetPath)
      .filter((reference) => reference.isRewritten && isImport(reference))
      .map(({ target }) => target);
  const isLeftAlone = new Set(leftAlone.map(({ assetPath }) => assetPath));
  const hashedImportsOf = (assetPath: string) => (isLeftAlone.has(assetPath) ? [] : importsOf(assetPath));

  const imported = graph.importedByUrl();
  const entries = rewritten.map(({ assetPath }) => assetPath).filter((assetPath) => !imported.has(assetPath));
  const importers = new Map<string, string>();
  for (const importer of reach(entries, hashedImportsOf)) {
    for (const target of hashedImportsOf(importer)) if (isHashed(target) && !importers.has(target)) importers.set(target, importer);
  }
  return leftAlone.flatMap(({ assetPath }) => {
    const modules = [...reach(importsOf(assetPath), importsOf)].filter((target) => importers.has(target));
    const importer = importers.get(modules[0] ?? '');
    return importer === undefined ? [] : [{ modules, leftAlone: assetPath, rewritten: importer }];
  });
}
