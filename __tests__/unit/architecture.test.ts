import fs from 'node:fs';
import path from 'node:path';
import { parseSync } from '@swc/core';
import { listFiles } from '../support/folders';

const SRC = path.resolve(__dirname, '../../src');

/** Which layers a layer may import from, besides itself. Types count too. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  entry: ['cli', 'next', 'react', 'server', 'pipeline', 'core'],
  cli: ['pipeline', 'app-source', 'disk', 'core'],
  next: ['pipeline', 'app-source', 'disk', 'core'],
  react: ['core'],
  server: ['pipeline', 'app-source', 'disk', 'core'],
  pipeline: ['app-source', 'disk', 'core'],
  'app-source': ['disk', 'core'],
  disk: ['core'],
  core: [],
};

/** Which folders of pipeline/ a folder of pipeline/ may import from, besides itself. `''`: the files of pipeline/ itself. */
const PIPELINE_MAY_IMPORT: Record<string, readonly string[]> = {
  '': ['encoded', 'graph', 'references'],
  encoded: [],
  graph: ['references'],
  references: [],
};

/** Which packages a layer may know. */
const MAY_USE: Record<string, RegExp> = {
  // The JSX runtime and what is aliased over components of Next re-export those of React and Next.
  entry: /^(?:node:.+|next-smart-cache\/manifest|react\/jsx(?:-dev)?-runtime|next\/(?:image|script)\.js)$/,
  cli: /^(?:node:.+|commander|htmlparser2|jsonc-parser|get-tsconfig|acorn|@sveltejs\/acorn-typescript|jiti)$/,
  next: /^(?:node:.+|next|jiti|postcss|get-tsconfig)$/,
  // The two manifests are entries of our own, by the name under which withSmartCache aliases them.
  react: /^(?:react|react-dom|next\/(?:image|script)\.js|next-smart-cache\/(?:manifest|client-manifest))$/,
  server: /^(?:node:.+|negotiator)$/,
  'app-source': /^node:.+$/,
  disk: /^node:.+$/,
  pipeline: /^(?:node:.+|jsonc-parser|acorn|es-module-lexer|htmlparser2|chokidar)$/,
  core: /^(?:picomatch|jsonc-parser)$/,
};

interface Import {
  /** File below src/, with `/` in between. */
  from: string;
  /** The module as it is written. */
  request: string;
  /** Whether the compiler removes it. */
  isType: boolean;
}

/** Every module that a file names: import, export … from, import(), import type, require(). */
function importsOf(from: string): Import[] {
  const imports: Import[] = [];
  const tree: unknown = parseSync(fs.readFileSync(path.join(SRC, from), 'utf8'), { syntax: 'typescript', tsx: from.endsWith('x') });
  visit(tree);
  return imports;

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    const request = requestOf(node as Node);
    if (request !== undefined)
      imports.push({ from, request, isType: (node as Node).typeOnly === true || (node as Node).type === 'TsImportType' });
    for (const child of Object.values(node)) visit(child);
  }
}

interface Node {
  type?: string;
  typeOnly?: boolean;
  value?: unknown;
  source?: Node | null;
  argument?: Node;
  expression?: Node;
  callee?: Node;
  arguments?: { expression: Node }[];
}

function requestOf(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return text(node.source);
    case 'TsImportType':
      return text(node.argument);
    case 'TsExternalModuleReference':
      return text(node.expression);
    case 'CallExpression':
      return node.callee?.type === 'Import' || node.callee?.value === 'require' ? text(node.arguments?.[0]?.expression) : undefined;
    default:
      return undefined;
  }
}

const text = (node: Node | null | undefined) => (typeof node?.value === 'string' ? node.value : undefined);

const isRelative = (request: string) => request.startsWith('.');

/** The file below src/ that a relative request means. */
const targetOf = ({ from, request }: Import) => path.posix.join(path.posix.dirname(from), request);

/** The folder of a file below src/; the files of src/ itself are the entries. */
const layerOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : 'entry');

const FILES = listFiles(SRC);
const read = (file: string) => fs.readFileSync(path.join(SRC, file), 'utf8');
const IMPORTS = FILES.flatMap(importsOf);
const describeImport = ({ from, request }: Import) => `${from} → ${request}`;

test('the parser sees what is imported', () => {
  expect(FILES.length).toBeGreaterThan(40);
  expect(IMPORTS.map(describeImport)).toEqual(
    expect.arrayContaining([
      'next/with-smart-cache.ts → next',
      'next/next-config.ts → ../pipeline/project.js',
      'next/load-project.ts → jiti',
      'react/cached-script.tsx → next/script.js',
      'build.ts → ./core/errors.js',
      'core/options.ts → ./manifest-document.js',
    ]),
  );
});

test('every file belongs to a layer', () => {
  expect([...new Set(FILES.map(layerOf))].filter((layer) => !(layer in MAY_IMPORT))).toEqual([]);
});

test('imports point one way: entries → { cli, next, react, server } → pipeline → app-source → disk → core', () => {
  const wrong = IMPORTS.filter(({ request }) => isRelative(request)).filter((found) => {
    const [from, to] = [layerOf(found.from), layerOf(targetOf(found))];
    return from !== to && !MAY_IMPORT[from]?.includes(to);
  });
  expect(wrong.map(describeImport)).toEqual([]);
});

test('imports inside pipeline/ point one way: its files → { encoded, graph → references }', () => {
  const inPipeline = (file: string) => path.posix.dirname(file).split('/').slice(1).join('/');
  const found = IMPORTS.filter(({ from, request }) => layerOf(from) === 'pipeline' && isRelative(request));
  const inside = found.filter((each) => layerOf(targetOf(each)) === 'pipeline');
  const wrong = inside.filter((each) => {
    const [from, to] = [inPipeline(each.from), inPipeline(targetOf(each))];
    return from !== to && !PIPELINE_MAY_IMPORT[from]?.includes(to);
  });
  expect(inside.length).toBeGreaterThan(40);
  expect(wrong.map(describeImport)).toEqual([]);
});

test('each layer knows the packages it is about, and no others', () => {
  const wrong = IMPORTS.filter(({ from, request }) => !isRelative(request) && !MAY_USE[layerOf(from)]?.test(request));
  expect(wrong.map(describeImport)).toEqual([]);
});

test('every layer of the rules exists', () => {
  const layers = new Set(FILES.map(layerOf));
  expect(Object.keys(MAY_IMPORT).filter((layer) => !layers.has(layer))).toEqual([]);
});

test('core/ prints nothing, and has shared state in one file alone', () => {
  const impure = FILES.filter((file) => layerOf(file) === 'core' && /\bconsole\.|\bglobalThis\b|Symbol\.for\(/.test(read(file)));
  expect(impure).toEqual(['core/shared-globals.ts']);
});

test('nothing comes from the inside of Next', () => {
  expect(IMPORTS.filter(({ request }) => request.includes('next/dist')).map(describeImport)).toEqual([]);
});

test('core/ does without Node', () => {
  expect(IMPORTS.filter(({ from, request }) => layerOf(from) === 'core' && request.startsWith('node:')).map(describeImport)).toEqual([]);
});

test('code for the browser imports no package except React and next/script', () => {
  const values = IMPORTS.filter(({ isType }) => !isType);
  const reached = reachableFrom(['index.ts', 'client-manifest.ts'], values);
  const packages = values.filter(({ from, request }) => reached.has(from) && !isRelative(request)).map(({ request }) => request);
  expect(reached).toContain('core/message-text.ts');
  expect([...new Set(packages)].sort()).toEqual(['next-smart-cache/client-manifest', 'next/script.js', 'react', 'react-dom']);
});

test('no file imports itself by way of others', () => {
  const inCircle = FILES.filter((file) => reachableFrom(IMPORTS.filter(({ from }) => from === file).flatMap(sourceFilesOf)).has(file));
  expect(inCircle).toEqual([]);
});

/** Files below src/ that a relative import means: one, unless it is of a package. */
function sourceFilesOf(found: Import): string[] {
  if (!isRelative(found.request)) return [];
  const stem = targetOf(found).replace(/\.js$/, '');
  return FILES.filter((file) => [`${stem}.ts`, `${stem}.tsx`].includes(file));
}

function reachableFrom(files: readonly string[], imports: readonly Import[] = IMPORTS): Set<string> {
  const reached = new Set<string>();
  const queue = [...files];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    queue.push(...imports.filter(({ from }) => from === file).flatMap(sourceFilesOf));
  }
  return reached;
}
