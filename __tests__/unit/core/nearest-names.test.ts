import { nearestNames } from '../../../src/core/nearest-names';

const NAMES = ['/js/application.js', '/js/app.js', '/css/site.css', '/img/hero.jpg', '/img/hero.png', '/caf\u00e9.txt'];

test.each([
  ['a letter left out', '/js/aplication.js', ['/js/application.js']],
  ['a letter too many', '/css/sitee.css', ['/css/site.css']],
  ['two letters swapped', '/css/stie.css', ['/css/site.css']],
  ['upper case', '/IMG/Hero.JPG', ['/img/hero.jpg', '/img/hero.png']],
  ['decomposed Unicode', '/cafe\u0301.txt', ['/caf\u00e9.txt']],
  ['no slash in front', 'js/app.js', ['/js/app.js']],
  ['another extension', '/img/hero.webp', ['/img/hero.jpg', '/img/hero.png']],
  ['nothing like it', '/completely/different/file.woff2', []],
  ['nothing', '', []],
])('%s', (_, mistyped, nearest) => {
  expect(nearestNames(mistyped, NAMES)).toEqual(nearest);
});

test('the best come first, equals by name, and no more than asked for', () => {
  const candidates = ['/bb.js', '/ab.js', '/aa.js', '/ac.js', '/ad.js'];
  expect(nearestNames('/aa.js', candidates)).toEqual(['/aa.js', '/ab.js', '/ac.js']);
  expect(nearestNames('/aa.js', candidates, 1)).toEqual(['/aa.js']);
});
