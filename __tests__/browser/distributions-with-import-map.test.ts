import { checkModulePreloads, checkRefetch, MODULE_CHECKS, PAGE_CHECKS } from '../support/distributions/checks';
import { EDITED_PAGES, pageNamed } from '../support/distributions/pages';
import { type DistributionSite, openDistributionSite } from '../support/distributions/site';

/** The pages with modules. All other pages are the same as without an import map. */
const NAMES = ['three', 'modules'];

let site: DistributionSite;
beforeAll(async () => {
  site = await openDistributionSite({ importMap: true });
});
afterAll(() => site?.close());

describe.each(NAMES)('%s', (name) => {
  test.each(PAGE_CHECKS)('%s', (_, check) => check(site, pageNamed(name)));
});

test.each(MODULE_CHECKS)('%s', (_, check) => check(site));

test.each([
  ['three', /^$/],
  ['modules', /\/(?:late|worker|count|icon)\./],
])('preload="modules" preloads all that %s cannot run without', (name, isLater) => checkModulePreloads(site, pageNamed(name), isLater));

/** Besides the leaf that other modules import: what a worker imports, which knows no import map. */
const DEEP = { assetPath: '/modules/deep.js', by: { adding: '\n// edited\n' } };

describe('after an edit, a build and a restart', () => {
  const edited = EDITED_PAGES.filter(({ name }) => NAMES.includes(name));
  const before = new Map<string, string>();
  beforeAll(async () => {
    for (const page of edited) await site.firstVisit(page);
    for (const [assetPath, { url }] of Object.entries(site.manifest())) before.set(assetPath, url);
    await site.redeploy([...edited.map(({ edit }) => edit), DEEP]);
  });

  test('a browser that returns requests only the edited module', () => {
    const page = edited.find(({ name }) => name === 'three') as (typeof edited)[number];
    return checkRefetch(site, page, [page.edit.assetPath], before);
  });

  test('a browser that returns requests an edited module of a worker, its importers up to the worker, and no other importer', () => {
    const page = edited.find(({ name }) => name === 'modules') as (typeof edited)[number];
    const fromWorker = ['count', 'deep', 'main', 'shared', 'worker'].map((name) => `/modules/${name}.js`);
    return checkRefetch(site, page, [...fromWorker, page.edit.assetPath].sort(), before);
  });
});
