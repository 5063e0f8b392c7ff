import path from 'node:path';
import { recordMessages } from '../support/browser';
import { checkModulePreloads, checkRefetch, MODULE_CHECKS, PAGE_CHECKS, sentTags } from '../support/distributions/checks';
import { DISTRIBUTION_PAGES, EDITED_PAGES, pageNamed } from '../support/distributions/pages';
import { type DistributionSite, openDistributionSite } from '../support/distributions/site';
import { IMMUTABLE, request } from '../support/http';
import { differenceOf, NONE } from '../support/screenshots';

let site: DistributionSite;
beforeAll(async () => {
  site = await openDistributionSite({ importMap: false });
});
afterAll(() => site?.close());

describe.each(DISTRIBUTION_PAGES.map((page) => [page.name, page] as const))('%s', (_, page) => {
  test.each(PAGE_CHECKS)('%s', (_, check) => check(site, page));

  test('looks different when one of its files is missing, which proves that its screenshot shows them', async () => {
    const broken = await site.plainVisit(page, { without: page.needs });
    expect(differenceOf(broken.screenshot, (await site.firstVisit(page)).screenshot)).not.toBe(NONE);
  });
});

describe('the whole distributions', () => {
  test('every URL that a browser finds in a stylesheet is the hashed URL of a file', async () => {
    const sheets = Object.keys(site.manifest()).filter((file) => file.endsWith('.css') && !file.startsWith('/leaflet-as-it-is/'));
    const urls = await site.inNewContext(async (context) => {
      const page = await context.newPage();
      await page.goto(`${site.proxy.origin}/plain/bootstrap`);
      return page.evaluate(async (hrefs) => {
        const found = new Set<string>();
        for (const href of hrefs) {
          const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
          await new Promise((resolve, reject) => {
            link.onload = resolve;
            link.onerror = () => reject(new Error(href));
            document.head.append(link);
          });
          const text = [...(link.sheet?.cssRules ?? [])].map(({ cssText }) => cssText).join('\n');
          for (const [, url = ''] of text.matchAll(/url\("([^"]*)"\)/g)) {
            if (!url.startsWith('data:')) found.add(new URL(url, link.href).pathname);
          }
          link.remove();
        }
        return [...found];
      }, sheets.map(site.urlOf));
    });
    const known = new Set(Object.values(site.manifest()).map(({ url }) => url));
    expect([sheets.length > 150, urls.length > 200]).toEqual([true, true]);
    expect(urls.filter((url) => !known.has(url))).toEqual([]);
  });

  test('every stylesheet and script is sent as the original, to the byte, except for the hashes in it', async () => {
    const files = Object.entries(site.manifest()).filter(([assetPath]) => /\.(?:css|m?js)$/.test(assetPath));
    const hashes = new Set(Object.values(site.manifest()).map(({ hash }) => `.${hash}`));
    const restore = (text: string) => text.replace(/\.[0-9a-f]{10}(?=\.)/g, (found) => (hashes.has(found) ? '' : found));
    const different: string[] = [];
    let rewritten = 0;
    for (const [assetPath, { url }] of files) {
      const { status, cacheControl, body } = await request(site.proxy.origin, url);
      const original = site.original(assetPath);
      if (!body.equals(original)) rewritten++;
      const [sent, expected] = [restore(body.toString('latin1')), original.toString('latin1')].map((text) => shortest(text, assetPath));
      if (status !== 200 || cacheControl !== IMMUTABLE || sent !== expected) different.push(assetPath);
    }
    expect(different).toEqual([]);
    expect(rewritten).toBeGreaterThan(900);
  });
});

/** `../math/Line.js`, in a file of that folder, is `./Line.js` in the end. */
function shortest(text: string, assetPath: string): string {
  return text.replace(/'(\.\.?\/[\w./-]+)'/g, (_, url) => `'${path.posix.join(path.posix.dirname(assetPath), url)}'`);
}

describe('preload="fonts"', () => {
  test.each([
    ['inter', ['/inter/files/inter-latin-400-normal.woff2']],
    // Two of its sheets ask for their fonts, and one font is in both.
    ['font-awesome', ['solid-900', 'brands-400', 'regular-400'].map((font) => `/font-awesome/webfonts/fa-${font}.woff2`)],
  ])('preloads each font of %s once, with its type', async (name, fonts) => {
    const attributes = ['href', 'as', 'type', 'crossorigin'];
    const tags = await sentTags(site, `/hashed/${name}`, 'link[rel=preload]:not([as=script])', attributes);
    expect(tags.map(({ values }) => values)).toEqual(fonts.map((font) => [site.urlOf(font), 'font', 'font/woff2', '']));
  });

  test('preloads no font that the browser reports as unused', async () => {
    await site.inNewContext(async (context) => {
      const messages: string[][] = [];
      for (const name of ['inter', 'font-awesome']) {
        const page = await context.newPage();
        messages.push(recordMessages(page));
        await page.goto(`${site.proxy.origin}/hashed/${name}`);
      }
      // Open a page later that preloads an unused font: when the browser reports that font, it has reported all others.
      const control = await context.newPage();
      const unused = `<link rel="preload" as="font" crossorigin href="${site.urlOf('/inter/files/inter-greek-400-normal.woff2')}">`;
      await control.route('**/control', (route) => route.fulfill({ contentType: 'text/html', body: unused }));
      const said = control.waitForEvent('console', (message) => message.text().includes('preloaded using link preload but not used'));
      await control.goto(`${site.proxy.origin}/control`);
      await said;
      expect(messages).toEqual([[], []]);
    });
  });
});

describe('modules that hold the URLs of those they import', () => {
  test.each(MODULE_CHECKS)('%s', (_, check) => check(site));

  test.each([
    ['three', /^$/],
    ['modules', /\/(?:late|worker|count|icon)\./],
  ])('preload="modules" preloads all that %s cannot run without', (name, isLater) => checkModulePreloads(site, pageNamed(name), isLater));
});

describe('after an edit, a build and a restart', () => {
  const before = new Map<string, string>();
  beforeAll(async () => {
    for (const page of DISTRIBUTION_PAGES) await site.firstVisit(page);
    for (const [assetPath, { url }] of Object.entries(site.manifest())) before.set(assetPath, url);
    await site.redeploy(EDITED_PAGES.map(({ edit }) => edit));
  });

  test.each(EDITED_PAGES.map((page) => [page.name, page] as const))(
    'a browser that returns to %s requests exactly the changed files, and shows them',
    (_, page) => checkRefetch(site, page, page.edit.refetched, before),
  );

  test('a browser that returns to a page without changes requests nothing', async () => {
    const page = pageNamed('leaflet-as-it-is');
    const { asked } = await site.repeatVisit(page);
    expect(asked.map(({ path }) => path).sort()).toEqual(page.plain?.assetPaths);
  });
});
