import { describeLeftToAsset, findFilesLeftToAsset } from '../../../../src/pipeline/graph/files-kept-plain';

const STAYS = { toFolder: false, toHost: false };
const files = [
  { assetPath: '/a/self.js', lexed: { references: [], search: { names: ['self.js'], readsOwnUrl: true } } },
  { assetPath: '/b/self.js', lexed: { references: [] } },
  { assetPath: '/map/icons.css', lexed: { references: [] } },
  { assetPath: '/map/loader.js', lexed: { references: [], search: { names: [], readsOwnUrl: true } } },
  { assetPath: '/map/map.js', lexed: { references: [], search: { names: ['icons.css'], readsOwnUrl: false } } },
  { assetPath: '/plain.png', lexed: undefined },
];

test('leaves a script alone that looks for its own name, and a file that a script looks for, but no other file of that name', () => {
  expect([...findFilesLeftToAsset(files, () => STAYS)]).toEqual([
    ['/a/self.js', 'it looks for its own file name'],
    ['/map/icons.css', '/map/map.js looks for its file name'],
  ]);
});

test.each([
  [{ toFolder: true, toHost: false }, 'it reads its own URL, and the hashed one is in another folder'],
  [{ toFolder: false, toHost: true }, 'it reads its own URL, and the hashed one is on another host'],
])('leaves a loader alone if its hashed URL is elsewhere: %j', (move, why) => {
  expect(findFilesLeftToAsset(files, () => move).get('/map/loader.js')).toBe(why);
});

test('says it in one line with at most five names, and is silent without such files', () => {
  expect(describeLeftToAsset([])).toEqual([]);
  expect(describeLeftToAsset([['/a.js', 'it looks for its own file name']])).toEqual([
    'automatic hashing leaves 1 file alone: /a.js (it looks for its own file name); asset() still hashes it',
  ]);
  const [line] = describeLeftToAsset(Array.from({ length: 7 }, (_, index) => [`/${index}.js`, 'why'] as const));
  expect(line).toMatch(/^automatic hashing leaves 7 files alone: \/0\.js \(why\), .*, \/4\.js \(why\) and 2 more; /);
});
