import { IMMUTABLE } from '../http';
import { differenceOf, NONE } from '../screenshots';
import type { DistributionPage, Edit } from './pages';
import type { DistributionSite } from './site';
import { visit } from './visit';

export const HASH = /\.[0-9a-f]{10}(?=\.\w+$)/;

const withoutHash = (path: string) => path.replace(HASH, '');
const pathsOf = (asked: readonly { path: string }[]) => asked.map(({ path }) => path).sort();

/** Checks for every page of the site; each is one test. */
export const PAGE_CHECKS: readonly [name: string, check: (site: DistributionSite, page: DistributionPage) => Promise<void>][] = [
  ['is rendered like its plain version, to the pixel, without a word on the console', checkRendering],
  ['asks for every file once, by its hash, and for none on a repeat visit', checkRequests],
];

async function checkRendering(site: DistributionSite, page: DistributionPage): Promise<void> {
  const [hashed, plain] = [await site.firstVisit(page), await site.plainVisit(page)];
  // Check the content of the picture: a plain page that failed in the same way would look the same.
  expect({ ...hashed, asked: [], screenshot: undefined }).toEqual({
    asked: [],
    messages: [],
    fonts: page.fonts ?? [],
    images: { all: plain.images.all, broken: 0 },
  });
  expect(differenceOf(hashed.screenshot, plain.screenshot)).toBe(NONE);
}

async function checkRequests(site: DistributionSite, page: DistributionPage): Promise<void> {
  const { assetPaths: plain } = page.plain ?? { assetPaths: [] };
  const { asked, screenshot } = await site.firstVisit(page);
  const hashed = asked.filter(({ path }) => HASH.test(path));
  expect(pathsOf(asked.filter((each) => !hashed.includes(each)))).toEqual(plain);
  expect(hashed.length).toBeGreaterThan(1);
  expect(hashed.filter(({ status, cacheControl }) => status !== 200 || cacheControl !== IMMUTABLE)).toEqual([]);
  expectOnce(asked);

  const repeat = await site.repeatVisit(page);
  expect(pathsOf(repeat.asked)).toEqual(plain);
  expect(differenceOf(repeat.screenshot, screenshot)).toBe(NONE);
}

/** Checks that no file is requested twice, under one URL or two. */
function expectOnce(asked: readonly { path: string }[]): void {
  const assetPaths = pathsOf(asked).map(withoutHash).sort();
  expect(assetPaths).toEqual([...new Set(assetPaths)]);
}

/**
 * Checks that, after a deploy, a browser that has seen the page before requests
 * only the changed files.
 *
 * @param before URL of each asset path in the last deploy.
 */
export async function checkRefetch(
  site: DistributionSite,
  page: DistributionPage & { edit: Edit },
  expected: readonly string[],
  before: ReadonlyMap<string, string>,
): Promise<void> {
  const after = await site.repeatVisit(page);
  expect(after.asked.map(({ path }) => withoutHash(path)).sort()).toEqual(expected);
  for (const { path, status, cacheControl } of after.asked) {
    expect([path, status, cacheControl]).toEqual([site.urlOf(withoutHash(path)), 200, IMMUTABLE]);
    expect(path).not.toBe(before.get(withoutHash(path)));
  }
  expect(after.messages).toEqual([]);
  expect(differenceOf(after.screenshot, (await site.plainVisit(page)).screenshot)).toBe(NONE);
  expect(differenceOf(after.screenshot, (await site.firstVisit(page)).screenshot) !== NONE).toBe(page.edit.isSeen);
}

/** Checks for modules, with URLs in the files or in an import map; each is one test. */
export const MODULE_CHECKS: readonly [name: string, check: (site: DistributionSite) => Promise<void>][] = [
  ['a module is evaluated once in the page and once in its worker, under one URL', checkEvaluation],
  ['all that three has to be imported is loaded by its hash, each module once', checkAllOfThree],
];

async function checkEvaluation(site: DistributionSite): Promise<void> {
  let [inPage, inWorker]: [string[], string[]] = [[], []];
  await site.inNewContext((context) =>
    visit(context, site.proxy, '/hashed/modules', {
      shows: '#stage p',
      act: async (page) => {
        [inPage, inWorker] = await page.evaluate(() => {
          const { evaluated = [], evaluatedInWorker = [] } = window as { evaluated?: string[]; evaluatedInWorker?: string[] };
          return [evaluated, evaluatedInWorker];
        });
      },
    }),
  );
  const urls = (...names: string[]) => names.map((name) => site.proxy.origin + site.urlOf(`/modules/${name}.js`)).sort();
  expect(inPage.sort()).toEqual(urls('circle/ping', 'circle/pong', 'deep', 'greeting', 'late', 'leaf', 'main', 'shared'));
  expect(inWorker.sort()).toEqual(urls('count', 'deep', 'shared', 'worker'));
}

async function checkAllOfThree(site: DistributionSite): Promise<void> {
  let exported: string[] = [];
  const { asked, messages } = await site.inNewContext((context) =>
    visit(context, site.proxy, '/hashed/examples', {
      shows: '#stage.done',
      act: async (page) => {
        exported = await page.evaluate(() => (window as { exported?: string[] }).exported ?? []);
      },
    }),
  );
  expect(exported.length).toBeGreaterThan(400);
  expect(exported.filter((line) => line.startsWith('failed:'))).toEqual([]);
  expect(messages).toEqual([]);
  expect(pathsOf(asked.filter(({ path }) => !HASH.test(path)))).toEqual([]);
  expectOnce(asked);
}

/** The tags that a server sends, as a browser without JavaScript holds them. */
export function sentTags(site: DistributionSite, path: string, selector: string, attributes: readonly string[]) {
  return site.inNewContext(
    async (context) => {
      const page = await context.newPage();
      await page.goto(site.proxy.origin + path);
      return page.$$eval(
        selector,
        (tags, names) => tags.map((tag) => ({ text: tag.textContent, values: names.map((name) => tag.getAttribute(name)) })),
        attributes,
      );
    },
    { javaScriptEnabled: false },
  );
}

/** Expects the import map before all modules, and preloads of exactly the modules that the page needs, with the map's integrity. */
export async function checkModulePreloads(site: DistributionSite, page: DistributionPage, isLater: RegExp): Promise<void> {
  const selector = 'script[type=importmap], script[type=module], link[rel=modulepreload], link[rel=preload][href*="/three/"]';
  const tags = await sentTags(site, `/hashed/${page.name}`, selector, ['type', 'rel', 'src', 'href', 'integrity']);
  const read = tags.map(({ values: [type, rel, src, href, integrity] }) => ({ kind: type ?? rel, url: src ?? href ?? '', integrity }));
  const preloads = read.slice(1, -1);
  expect(read.map(({ kind }) => kind)).toEqual(['importmap', ...preloads.map(() => 'modulepreload'), 'module']);

  const { asked } = await site.firstVisit(page);
  expect(preloads.map(({ url }) => url).sort()).toEqual(pathsOf(asked).filter((path) => !isLater.test(path)));
  const map = JSON.parse(tags[0]?.text ?? '') as { integrity: Record<string, string> };
  for (const { url, integrity } of preloads) expect([url, integrity]).toEqual([url, map.integrity[url]]);
  expect(preloads.filter(({ integrity }) => !/^sha256-[\w+/]{43}=$/.test(integrity ?? ''))).toEqual([]);
}
