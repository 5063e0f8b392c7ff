import fs from 'node:fs';
import path from 'node:path';
import { serializeCheckedDocument } from '../../../src/disk/checked-document';
import { buildManifest } from '../../../src/pipeline/build-manifest';
import { deploysWith, recordDeploy } from '../../../src/pipeline/deploys';
import type { Project } from '../../../src/pipeline/project';
import { serveStore } from '../../../src/pipeline/served-files';
import { openStore } from '../../../src/pipeline/store';
import { hasContent } from '../../../src/pipeline/whole-copies';
import { listFiles, readFiles } from '../../support/folders';
import fc from '../../support/seeded-fast-check';
import { projectWith } from '../support/project';
import { smartCacheError } from '../support/smart-cache-error';

const SITE = {
  'a.css': '/* ü */ @import "b.css"; a { background: url(img.png) }',
  'b.css': 'a { background: url(img.png) }',
  'img.png': 'hello',
  'js/a.js': "import './b.js';",
  'js/b.js': "import './a.js';",
};
const DOCUMENTS = ['scan.json', 'deploys.json', 'scan-development.json'];
/** One run takes about 30 ms. */
const BOUNDED = { numRuns: 60 };

/** An app that was deployed twice, and developed. */
function deployedTwice(): Project {
  const project = projectWith({ ...SITE, 'old.txt': 'old' });
  const deploy = () => {
    const built = buildManifest(project);
    serveStore(project, deploysWith(project, built), project.buildDir);
    recordDeploy(project, built);
  };
  deploy();
  fs.rmSync(path.join(project.publicDir, 'old.txt'));
  deploy();
  buildManifest(project, { freeze: false });
  return project;
}

const project = deployedTwice();
const { manifest } = buildManifest(project);
const cache = readFiles(project.cacheDir);
const servedDir = path.join(project.buildDir, 'static/media/smart-cache-rewrite');
const served = readFiles(servedDir);
/** Everything that must never change. */
const around = () => listFiles(project.root).filter((name) => !name.startsWith('.next/') && !name.startsWith('.smart-cache/'));
const filesAround = around();

function putBack(): void {
  fs.rmSync(project.cacheDir, { recursive: true });
  for (const [name, content] of Object.entries(cache)) {
    fs.mkdirSync(path.dirname(path.join(project.cacheDir, name)), { recursive: true });
    fs.writeFileSync(path.join(project.cacheDir, name), content, 'latin1');
  }
}

/** `next build`: what it says, and what it serves. */
function buildAndServe() {
  const built = buildManifest(project, { checkCopies: true });
  return { ...built, served: serveStore(project, deploysWith(project, built), project.buildDir) };
}

const damage = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), text: fc.string({ minLength: 1, maxLength: 5 }) }),
);

function damageFile(file: string, { at, ...change }: { kind: string; at: number; bit?: number; text?: string }): void {
  const bytes = fs.readFileSync(file);
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  if (change.kind === 'cut') fs.truncateSync(file, place);
  else if (change.kind === 'insert') {
    fs.writeFileSync(file, Buffer.concat([bytes.subarray(0, place), Buffer.from(change.text ?? ''), bytes.subarray(place)]));
  } else {
    bytes[place] = (bytes[place] ?? 0) ^ (1 << (change.bit ?? 0));
    fs.writeFileSync(file, bytes);
  }
}

test('gives the same manifest and names the document, whatever bits were flipped, cut or added', () => {
  fc.assert(
    fc.property(fc.constantFrom(...DOCUMENTS), damage, (name, change) => {
      putBack();
      damageFile(path.join(project.cacheDir, name), change);
      const built = buildAndServe();
      const developed = buildManifest(project, { freeze: false });
      expect(built.manifest).toEqual(manifest);
      expect(developed.manifest).toEqual(manifest);
      const notices = [...built.notices, ...built.served.notices, ...developed.notices];
      expect(notices).toEqual([expect.stringContaining(`dropped .next/cache/next-smart-cache/${name}, since `)]);
      // A file of an older deploy is either right or not there.
      expect(served).toMatchObject(readFiles(servedDir));
    }),
    BOUNDED,
  );
});

test('makes a damaged copy again, or stops serving it', () => {
  const copies = Object.keys(cache).filter((name) => name.startsWith('files/'));
  fc.assert(
    fc.property(fc.constantFrom(...copies), damage, (name, change) => {
      putBack();
      damageFile(path.join(project.cacheDir, name), change);
      const built = buildAndServe();
      expect(built.manifest).toEqual(manifest);
      expect([...built.notices, ...built.served.notices]).toEqual([expect.stringMatching(/^1 damaged copy|^dropped "\/old\./)]);
      expect(served).toMatchObject(readFiles(servedDir));
      for (const { file, contentHash } of built.served.files) expect(hasContent(file, contentHash)).toBe(true);
    }),
    BOUNDED,
  );
});

/** A place in JSON, and what is put there: another value, or another key. */
const edit = fc.record({
  at: fc.nat(),
  value: fc.oneof(fc.jsonValue(), fc.constantFrom('../../../x', '/../../x.0123456789.js', '__proto__', -1, 2 ** 31, 1e300, '\ud800')),
  asKey: fc.boolean(),
});

/** Changes one value or one key somewhere in a JSON document. */
function editJson(json: unknown, { at, value, asKey }: { at: number; value: unknown; asKey: boolean }): unknown {
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const walk = (holder: Record<string, unknown>) => {
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      if (typeof holder[key] === 'object' && holder[key] !== null) walk(holder[key] as Record<string, unknown>);
    }
  };
  const root: Record<string, unknown> = { json };
  walk(root);
  const [holder, key] = places[at % places.length] ?? [root, 'json'];
  if (asKey && !Array.isArray(holder) && holder !== root) {
    const name = typeof value === 'string' ? value : JSON.stringify(value);
    Object.defineProperty(holder, name, { value: holder[key], enumerable: true, configurable: true, writable: true });
    delete holder[key];
  } else holder[key] = value;
  return root.json;
}

test('survives any content with a correct checksum, and writes nothing outside its folders', () => {
  const texts = Object.fromEntries(
    DOCUMENTS.map((name) => [name, JSON.stringify((JSON.parse(cache[name] ?? '') as { body: unknown }).body)]),
  );
  fc.assert(
    fc.property(fc.constantFrom(...DOCUMENTS), edit, fc.boolean(), (name, change, isOtherState) => {
      putBack();
      const body = editJson(JSON.parse(texts[name] ?? ''), change);
      fs.writeFileSync(path.join(project.cacheDir, name), serializeCheckedDocument(JSON.stringify(body)));
      // Another set of names makes the build resolve and rewrite all references again.
      const extra = path.join(project.publicDir, 'extra.txt');
      if (isOtherState) fs.writeFileSync(extra, '');
      try {
        const built = buildAndServe();
        buildManifest(project, { freeze: false });
        for (const { file, contentHash } of built.served.files) {
          expect(path.relative(servedDir, file)).not.toMatch(/^\.\./);
          expect(hasContent(file, contentHash)).toBe(true);
        }
      } finally {
        fs.rmSync(extra, { force: true });
      }
      expect(around()).toEqual(filesAround);
    }),
    BOUNDED,
  );
});

describe('an original whose copy was damaged after the last build', () => {
  const withEdit = () => {
    const edited = projectWith({ 'a.css': 'a { background: url(b.png) }', 'b.png': 'before' });
    const { originalHashes } = buildManifest(edited);
    fs.writeFileSync(path.join(edited.publicDir, 'b.png'), 'after');
    const { pathOf } = openStore(edited.cacheDir);
    for (const contentHash of originalHashes) fs.writeFileSync(pathOf(contentHash), 'a { background: url(c.png) }');
    return edited;
  };

  test('is read from public/ when its references are rewritten, and copied again', () => {
    const edited = withEdit();
    const built = buildManifest(edited);
    const copy = openStore(edited.cacheDir).pathOf(built.contentHashes.get('/a.css') ?? '');
    expect(fs.readFileSync(copy, 'utf8')).toMatch(/^a { background: url\(b\.[0-9a-f]{10}\.png\) }$/);
    expect(built.notices).toEqual(['1 damaged copy in .next/cache/next-smart-cache/files: made again from public/']);
    expect(buildManifest(edited, { checkCopies: true }).notices).toEqual([]);
  });

  test('is an error if the original was edited meanwhile', () => {
    const edited = withEdit();
    const original = path.join(edited.publicDir, 'a.css');
    const { openSync } = fs;
    jest.spyOn(fs, 'openSync').mockImplementation((file, ...args) => {
      if (file === original) fs.writeFileSync(original, 'b { background: url(b.png) }');
      return openSync(file, ...args);
    });
    expect(() => buildManifest(edited)).toThrow(
      smartCacheError('ERR_SMART_CACHE_STORE_DAMAGED', { fix: expect.stringContaining('run the command again') }),
    );
    jest.restoreAllMocks();
    expect(buildManifest(edited)).toMatchObject({ changed: true });
  });
});
