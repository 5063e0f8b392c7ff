import fs from 'node:fs';
import path from 'node:path';
import { type FolderWatch, watchPublicFolder } from '../../../src/pipeline/watcher';
import { listFiles } from '../../support/folders';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder';

let watch: FolderWatch | undefined;
afterEach(() => watch?.close());

test('reports every kind of change once its last state is on disk', async () => {
  const folder = fs.realpathSync(temporaryFolder());
  writeFiles(folder, { 'css/a.css': 'a', 'css/b.css': 'b' });
  const look = () => JSON.stringify(listFiles(folder).map((file) => [file, fs.readFileSync(path.join(folder, file), 'utf8')]));
  let seen = look();
  let heard = () => {};
  const onChange = () => {
    seen = look();
    heard();
  };
  watch = watchPublicFolder(folder, onChange, { keepAlive: true });
  await watch.ready;
  const file = path.join(folder, 'css/a.css');
  const changes = [
    () => fs.writeFileSync(file, 'edited'),
    () => {
      for (let count = 0; count < 10; count++) fs.writeFileSync(file, `${count}`);
      fs.writeFileSync(`${file}.tmp`, 'renamed into place');
      fs.renameSync(`${file}.tmp`, file);
    },
    // This edits the file that was renamed into place: a watch on the old file has ended.
    () => fs.writeFileSync(file, 'edited again'),
    () => fs.writeFileSync(path.join(folder, 'new.css'), 'new'),
    () => fs.rmSync(path.join(folder, 'css/b.css')),
  ];
  for (const change of changes) {
    change();
    while (seen !== look()) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  }
});

describe('with CHOKIDAR_USEPOLLING', () => {
  const { CHOKIDAR_USEPOLLING, CHOKIDAR_INTERVAL } = process.env;
  beforeAll(() => void Object.assign(process.env, { CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '10' }));
  afterAll(
    () => void Object.assign(process.env, { CHOKIDAR_USEPOLLING: CHOKIDAR_USEPOLLING ?? '', CHOKIDAR_INTERVAL: CHOKIDAR_INTERVAL ?? '' }),
  );

  test('polls files, and reports the last of several saves, however soon it follows the one before', async () => {
    const folder = fs.realpathSync(temporaryFolder());
    const file = path.join(folder, 'css/a.css');
    writeFiles(folder, { 'css/a.css': 'a' });
    let seen = '';
    watch = watchPublicFolder(folder, () => (seen = fs.readFileSync(file, 'utf8')), { keepAlive: true });
    await watch.ready;
    const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    // The first poll takes the file as it finds it, so a save before that poll is not a change.
    for (let count = 0; seen === ''; count++) {
      fs.writeFileSync(file, `first ${count}`);
      await pass(30);
    }
    for (let round = 0; round < 10; round++) {
      for (let count = 0; count < 3; count++) {
        fs.writeFileSync(file, `${round}, ${count}`);
        await pass(15);
      }
      while (seen !== `${round}, 2`) await pass(10);
      // chokidar tells of no second change within this time.
      await pass(50);
    }
  });
});
