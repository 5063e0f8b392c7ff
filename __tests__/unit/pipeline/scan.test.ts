import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { resolveOptions, type SmartCacheOptions } from '../../../src/core/options';
import { scanPublicFolder } from '../../../src/pipeline/scan';
import { withoutRootRights } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';
import { smartCacheError } from '../support/smart-cache-error';

/** `public/` of an app of its own, with these files in it. */
function publicFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = path.join(temporaryFolder(), 'public');
  fs.mkdirSync(folder);
  writeFiles(folder, files);
  return folder;
}

const scan = (folder: string, options?: SmartCacheOptions) => scanPublicFolder(folder, resolveOptions(options));

function assetPathsIn(folder: string, options?: SmartCacheOptions): string[] {
  return scan(folder, options).files.map(({ assetPath }) => assetPath);
}

const link = (folder: string, name: string, target: string) => fs.symlinkSync(target, path.join(folder, name));

test('lists every file, sorted, with its place and its stamp', () => {
  const folder = publicFolder({ 'z.js': '', 'a/b.css': 'four', 'a.js': '', 'Z.js': '', 'a-b.js': '' });
  expect(assetPathsIn(folder)).toEqual(['/Z.js', '/a-b.js', '/a.js', '/a/b.css', '/z.js']);
  const { mtimeMs } = fs.statSync(path.join(folder, 'a/b.css'));
  expect(scan(folder).files[3]).toMatchObject({
    assetPath: '/a/b.css',
    absolutePath: path.join(folder, 'a', 'b.css'),
    size: 4,
    modifiedMs: Math.floor(mtimeMs),
    signature: expect.stringMatching(/^4-\d+-\d+-\d+$/),
  });
});

test('keeps names as they are on disk', () => {
  const names = ['my photo.jpg', '50% off.png', '[id] (1).js', 'line\nbreak.js', '🚀.png', 'caf\u00e9.txt', 'cafe\u0301.txt', 'a"b\'c.js'];
  const folder = publicFolder(Object.fromEntries(names.map((name) => [name, ''])));
  expect(assetPathsIn(folder)).toEqual(names.map((name) => `/${name}`).sort());
});

test('lists no files in an empty folder', () => {
  expect(scan(publicFolder())).toEqual({ files: [], plainPaths: [] });
});

test('skips empty folders', () => {
  const folder = publicFolder({ 'a.js': '' });
  fs.mkdirSync(path.join(folder, 'empty/deep'), { recursive: true });
  expect(assetPathsIn(folder)).toEqual(['/a.js']);
});

test('keeps the names of files with a fixed name, dotfiles, and files that the globs leave out', () => {
  const folder = publicFolder({
    'app.js': '',
    'app.js.map': '',
    'robots.txt': '',
    'sw.js': '',
    'index.html': '',
    '.DS_Store': '',
    '.well-known/security.txt': '',
    'img/.cache/x.png': '',
    'img/hero.jpg': '',
  });
  expect(scan(folder, { exclude: '*.map' })).toMatchObject({
    files: [{ assetPath: '/app.js' }, { assetPath: '/img/hero.jpg' }],
    plainPaths: ['/.DS_Store', '/.well-known/security.txt', '/app.js.map', '/img/.cache/x.png', '/index.html', '/robots.txt', '/sw.js'],
  });
});

describe('the public folder', () => {
  test.each<[string, (folder: string) => void]>([
    ['missing', () => {}],
    ['a file', (folder) => fs.writeFileSync(folder, '')],
    ['a link to a missing folder', (folder) => fs.symlinkSync('nowhere', folder)],
  ])('%s', (_, make) => {
    const folder = path.join(temporaryFolder(), 'public');
    make(folder);
    expect(() => scan(folder)).toThrow(smartCacheError('ERR_SMART_CACHE_PUBLIC_MISSING', { where: folder }));
  });

  test('may be a link to a folder elsewhere', () => {
    const elsewhere = publicFolder({ 'a/b.js': '' });
    link(elsewhere, 'a/c.js', '../a/b.js');
    const folder = path.join(temporaryFolder(), 'public');
    fs.symlinkSync(elsewhere, folder);
    expect(assetPathsIn(folder)).toEqual(['/a/b.js', '/a/c.js']);
  });
});

describe('symbolic links', () => {
  test('are followed to files and folders inside public/', () => {
    const folder = publicFolder({ 'js/app.js': 'four', 'js/deep/x.js': '' });
    link(folder, 'same.js', 'js/app.js');
    link(folder, 'absolute.js', path.join(folder, 'js/app.js'));
    link(folder, 'chain.js', 'same.js');
    link(folder, 'scripts', 'js');
    expect(assetPathsIn(folder)).toEqual([
      '/absolute.js',
      '/chain.js',
      '/js/app.js',
      '/js/deep/x.js',
      '/same.js',
      '/scripts/app.js',
      '/scripts/deep/x.js',
    ]);
    expect(scan(folder).files.find(({ assetPath }) => assetPath === '/same.js')?.size).toBe(4);
  });

  test('are matched with the globs by their own name', () => {
    const folder = publicFolder({ 'js/app.js': '' });
    link(folder, 'robots.txt', 'js/app.js');
    link(folder, '.hidden', 'js');
    expect(scan(folder)).toMatchObject({ files: [{ assetPath: '/js/app.js' }], plainPaths: ['/.hidden/app.js', '/robots.txt'] });
  });

  /** A folder beside `public/` whose path begins with the same text. */
  const beside = (folder: string) => {
    writeFiles(`${folder}-secret`, { 'key.pem': 'secret' });
    return `${folder}-secret`;
  };

  test.each<[string, (folder: string) => string]>([
    ['a file', (folder) => path.join(beside(folder), 'key.pem')],
    ['a folder', beside],
    ['the folder above', () => '..'],
    ['a file above, relatively', (folder) => `../${path.basename(beside(folder))}/key.pem`],
    ['the root of the system', () => '/'],
    [
      'a link inside that points out',
      (folder) => {
        link(folder, '.hop', path.join(beside(folder), 'key.pem'));
        return '.hop';
      },
    ],
  ])('are refused if they point out of public/: %s', (_, targetOf) => {
    const folder = publicFolder({ 'a.js': '' });
    link(folder, 'out.js', targetOf(folder));
    expect(() => scan(folder)).toThrow(
      smartCacheError('ERR_SMART_CACHE_SYMLINK_OUTSIDE', { where: path.join(folder, 'out.js'), fix: expect.stringContaining('"exclude"') }),
    );
  });

  test.each<[string, (folder: string) => void]>([
    ['to itself', (folder) => link(folder, 'loop', 'loop')],
    [
      'to each other',
      (folder) => {
        link(folder, 'loop', 'pool');
        link(folder, 'pool', 'loop');
      },
    ],
    ['to public/', (folder) => link(folder, 'loop', '.')],
    ['to the folder that contains it', (folder) => link(folder, 'a/loop', '.')],
    ['to a folder above', (folder) => link(folder, 'a/b/loop', '..')],
    [
      'folders that link to each other',
      (folder) => {
        link(folder, 'a/to-c', '../c');
        link(folder, 'c/to-a', '../a');
      },
    ],
  ])('are refused in a circle: %s', (_, make) => {
    const folder = publicFolder({ 'a/b/x.js': '', 'c/y.js': '' });
    make(folder);
    expect(() => scan(folder)).toThrow(
      smartCacheError('ERR_SMART_CACHE_SYMLINK_CIRCULAR', { where: expect.stringContaining(folder), fix: expect.stringContaining('rm ') }),
    );
  });

  test('are refused if their target is missing', () => {
    const folder = publicFolder();
    link(folder, 'gone.js', 'nowhere.js');
    expect(() => scan(folder)).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', {
        where: path.join(folder, 'gone.js'),
        why: expect.stringContaining('nowhere.js'),
      }),
    );
  });

  test.each([['**/*'], ['**/*.js'], ['gone.js']])('are refused if their target is missing and "%s" includes them', (include) => {
    const folder = publicFolder();
    link(folder, 'gone.js', 'nowhere.js');
    expect(() => scan(folder, { include })).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE'));
  });

  test('may point anywhere if no glob includes them', () => {
    const folder = publicFolder({ 'a.js': '' });
    link(folder, 'uploads', '/');
    link(folder, 'gone.png', 'nowhere.png');
    expect(assetPathsIn(folder, { include: '*.js' })).toEqual(['/a.js']);
  });

  test.each<[string, target: string]>([
    ['out of public/', '/'],
    ['to nothing, as Emacs locks a file that is being edited', 'somebody@host.1234:1700000000'],
    ['in a circle', '.'],
  ])('may point %s if a glob leaves them out or they are hidden', (_, target) => {
    const folder = publicFolder({ 'a.js': '' });
    link(folder, '.#app.js', target);
    link(folder, 'left-out', target);
    expect(assetPathsIn(folder, { exclude: ['/left-out', '/left-out/**'] })).toEqual(['/a.js']);
  });
});

describe('an entry that is neither file nor folder', () => {
  const makeFifo = (file: string) => execFileSync('mkfifo', [file]);

  test('is refused if it is a FIFO', () => {
    const folder = publicFolder();
    makeFifo(path.join(folder, 'pipe.js'));
    expect(() => scan(folder)).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNSUPPORTED', {
        where: JSON.stringify(path.join(folder, 'pipe.js')),
        why: expect.stringContaining('FIFO'),
      }),
    );
  });

  test('is refused if it is a link to a FIFO', () => {
    const folder = publicFolder();
    makeFifo(path.join(folder, '.pipe'));
    link(folder, 'pipe.js', '.pipe');
    expect(() => scan(folder)).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNSUPPORTED'));
  });

  test('is refused if it is a socket', async () => {
    const folder = publicFolder();
    const server = net.createServer().listen(path.join(folder, 'live.sock'));
    await once(server, 'listening');
    try {
      expect(() => scan(folder)).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNSUPPORTED', { why: expect.stringContaining('socket') }));
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  test('is ignored if it is hidden or left out', () => {
    const folder = publicFolder({ 'a.js': '' });
    makeFifo(path.join(folder, '.pipe'));
    makeFifo(path.join(folder, 'pipe.tmp'));
    expect(scan(folder, { exclude: '*.tmp' })).toMatchObject({ files: [{ assetPath: '/a.js' }], plainPaths: [] });
  });
});

describe('a name that no URL can hold', () => {
  test('is refused if it is not valid UTF-8', () => {
    const folder = publicFolder();
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.js')]), '');
    expect(() => scan(folder)).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNSUPPORTED', { why: expect.stringContaining('UTF-8') }));
  });

  test('is refused if it has a backslash', () => {
    const folder = publicFolder({ 'back\\slash.js': '' });
    expect(() => scan(folder)).toThrow(smartCacheError('ERR_SMART_CACHE_FILE_UNSUPPORTED', { why: expect.stringContaining('backslash') }));
  });
});

describe('a folder without read access', () => {
  const makePrivate = (): string => {
    const folder = publicFolder({ 'a.js': '', 'private/key.pem': '' });
    fs.chmodSync(path.dirname(folder), 0o755);
    fs.chmodSync(path.join(folder, 'private'), 0o000);
    return folder;
  };

  test('is refused, with the reason', () => {
    const folder = makePrivate();
    expect(() => withoutRootRights(() => scan(folder))).toThrow(
      smartCacheError('ERR_SMART_CACHE_FILE_UNREADABLE', { where: path.join(folder, 'private'), why: expect.stringContaining('EACCES') }),
    );
  });

  test('can be left out, as the message says', () => {
    const folder = makePrivate();
    expect(withoutRootRights(() => assetPathsIn(folder, { exclude: '/private/**' }))).toEqual(['/a.js']);
  });
});
