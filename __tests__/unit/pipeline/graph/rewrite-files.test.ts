import { createHash } from 'node:crypto';
import { encodeAssetPath } from '../../../../src/core/asset-path';
import { findReferences } from '../../../../src/pipeline/references/find-references';
import fc from '../../../support/seeded-fast-check';
import { anySite, type GeneratedFile, PLAIN_PATHS, referencesOf, textOf, textsOf } from '../../support/generated-site';
import { processorMs } from '../../support/processor-ms';
import { type RewrittenSite, rewriteSite, type SiteSettings } from '../../support/rewritten-site';

const ORIGIN = 'https://example.com';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const lexed = (assetPath: string, text: string) => findReferences(assetPath, text.length, () => Buffer.from(text))?.references ?? [];

/** More names that look hashed than the rewrites can leave out: the folder is linked from the store directly. */
const HASHED_LOOKING = Array.from({ length: 20 }, (_, index) => `/css/vendor-${index}.0123456789.js`);

const SETTINGS: Record<string, SiteSettings> = {
  'rewrite delivery': { plainPaths: PLAIN_PATHS },
  'rewrite delivery below a basePath': { plainPaths: PLAIN_PATHS, basePath: '/docs' },
  'rewrite delivery with a folder that is linked directly': { plainPaths: [...PLAIN_PATHS, ...HASHED_LOOKING], basePath: '/docs' },
  'rewrite delivery behind a CDN': { plainPaths: PLAIN_PATHS, options: { cdnPrefix: 'https://cdn.example.com' } },
  'static delivery': { plainPaths: PLAIN_PATHS, options: { delivery: 'static' } },
  'static delivery below a basePath': { plainPaths: PLAIN_PATHS, basePath: '/docs', options: { delivery: 'static' } },
};

describe.each(Object.entries(SETTINGS))('%s', (_, settings) => {
  const { basePath = '' } = settings;
  const front = settings.options?.cdnPrefix ?? ORIGIN + basePath;

  test('keeps the target, query and fragment of every reference', () => {
    fc.assert(
      fc.property(anySite(basePath), (site) => {
        const linked = rewriteSite(textsOf(site), settings);
        const byUrl = new Map([...linked.outputs].map(([assetPath, { url }]) => [front + url, assetPath]));
        for (const plain of PLAIN_PATHS) byUrl.set(front + plain, plain);
        for (const file of site) {
          const own = front + (linked.outputs.get(file.assetPath)?.url ?? '');
          const after = lexed(file.assetPath, linked.text(file.assetPath));
          const before = referencesOf(file);
          expect(after).toHaveLength(before.length);
          for (const [index, { target, url }] of before.entries()) {
            const rewritten = after[index]?.url ?? '';
            if (target === undefined) {
              const isMoved = own.startsWith(`${front}/_next/`) && url.startsWith('.');
              const plain = new URL(url, ORIGIN + basePath + encodeAssetPath(file.assetPath)).pathname;
              expect(rewritten).toBe(isMoved ? plain : url);
              continue;
            }
            const [was, is] = [new URL(url, ORIGIN + encodeAssetPath(file.assetPath)), new URL(rewritten, own)];
            const plain = is.origin + is.pathname;
            expect([file.assetPath, url, byUrl.get(plain) ?? plain, is.search, is.hash]).toEqual([
              file.assetPath,
              url,
              target,
              was.search,
              was.hash,
            ]);
          }
        }
      }),
    );
  });

  test('changes no byte outside references', () => {
    fc.assert(
      fc.property(anySite(basePath), (site) => {
        const linked = rewriteSite(textsOf(site), settings);
        for (const file of site) {
          const text = linked.text(file.assetPath);
          expect(withoutReferences(file.assetPath, text)).toEqual(literalsOf(file));
        }
      }),
    );
  });

  test('changes nothing when it rewrites rewritten files', () => {
    fc.assert(
      fc.property(anySite(basePath), (site) => {
        const once = allTexts(rewriteSite(textsOf(site), settings));
        expect(allTexts(rewriteSite(once, settings))).toEqual(once);
      }),
    );
  });

  test('changes the hash of a file exactly if the file or a file that it reaches changed', () => {
    fc.assert(
      fc.property(anySite(basePath), fc.nat(), (site, choice) => {
        const edited = site[choice % site.length] as GeneratedFile;
        const texts = textsOf(site);
        const [before, after] = [rewriteSite(texts, settings), rewriteSite({ ...texts, [edited.assetPath]: withEdit(edited) }, settings)];
        const changed = site.filter(({ assetPath }) => before.outputs.get(assetPath)?.hash !== after.outputs.get(assetPath)?.hash);
        expect(changed.map(({ assetPath }) => assetPath).sort()).toEqual(allAbove(site, edited.assetPath).sort());
      }),
    );
  });

  test('hashes the final bytes, except in circles; integrity always fits the bytes', () => {
    fc.assert(
      fc.property(anySite(basePath), (site) => {
        const linked = rewriteSite(textsOf(site), settings);
        for (const file of site) {
          const text = linked.text(file.assetPath);
          const isInCircle = referencesOf(file).some(
            ({ target }) => target !== undefined && allAbove(site, file.assetPath).includes(target),
          );
          const { hash, contentHash, integrity, size } = linked.outputs.get(file.assetPath) ?? {};
          expect({ contentHash, integrity, size }).toEqual({
            contentHash: sha256(text),
            integrity: `sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}`,
            size: Buffer.byteLength(text),
          });
          if (!isInCircle) expect(hash).toBe(sha256(text).slice(0, 10));
        }
      }),
    );
  });

  test('gives the same result for any order of files and any cache', () => {
    fc.assert(
      fc.property(anySite(basePath), fc.nat(), (site, choice) => {
        const edited = site[choice % site.length] as GeneratedFile;
        const texts = { ...textsOf(site), [edited.assetPath]: withEdit(edited) };
        const cold = rewriteSite(texts, settings);
        const shuffled = rewriteSite(Object.fromEntries(Object.entries(texts).reverse()), settings);
        const incremental = rewriteSite(texts, settings, rewriteSite(textsOf(site), settings));
        for (const other of [shuffled, incremental]) {
          expect(Object.fromEntries(other.outputs)).toEqual(Object.fromEntries(cold.outputs));
          expect(allTexts(other)).toEqual(allTexts(cold));
        }
      }),
    );
  });
});

function allTexts(linked: RewrittenSite): Record<string, string> {
  return Object.fromEntries([...linked.outputs.keys()].sort().map((assetPath) => [assetPath, linked.text(assetPath)]));
}

function literalsOf({ pieces }: GeneratedFile): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : '\0')).join('');
}

function withoutReferences(assetPath: string, text: string): string {
  let copied = 0;
  const kept = lexed(assetPath, text).map(({ start, end }) => {
    const piece = text.slice(copied, start);
    copied = end;
    return `${piece}\0`;
  });
  return kept.join('') + text.slice(copied);
}

test.each<[string, texts: Record<string, string>]>([
  ['a chain', chainOf(20_000, (index) => (index + 1 < 20_000 ? `import './${index + 1}.js';` : 'export {}'), '.js')],
  ['a circle of modules', chainOf(20_000, (index) => `import './${(index + 1) % 20_000}.js';`, '.js')],
  ['a circle of stylesheets', chainOf(20_000, (index) => `@import '${(index + 1) % 20_000}.css';`, '.css')],
  ['100,000 references in one file', { '/a.png': '', '/a.css': 'a{b:url(a.png)}'.repeat(100_000) }],
])('takes seconds for 20,000 files: %s', (_, texts) => {
  const rewriteTwice = () => {
    const linked = rewriteSite(texts);
    expect(allTexts(rewriteSite(texts, {}, linked))).toEqual(allTexts(linked));
  };
  expect(processorMs(rewriteTwice)).toBeLessThan(40_000);
});

function chainOf(count: number, textOfFile: (index: number) => string, extension: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`/m/${index}${extension}`, textOfFile(index)]));
}

/** White space at the end changes no reference of any format. */
function withEdit(file: GeneratedFile): string {
  return `${textOf(file)}\n`;
}

/** A file and all that refer to it, directly or by way of others. */
function allAbove(site: readonly GeneratedFile[], assetPath: string): string[] {
  const above = new Set([assetPath]);
  for (let size = 0; size !== above.size; ) {
    size = above.size;
    for (const file of site)
      if (referencesOf(file).some(({ target }) => target !== undefined && above.has(target))) above.add(file.assetPath);
  }
  return [...above];
}
