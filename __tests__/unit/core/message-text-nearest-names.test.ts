import { nearestNames } from '../../../src/core/message-text';
import { processorMs } from '../support/processor-ms';

const NAMES = ['/js/application.js', '/js/app.js', '/css/site.css', '/img/hero.jpg', '/img/hero.png', '/caf\u00e9.txt'];

test.each([
  ['a missing letter', '/js/aplication.js', ['/js/application.js']],
  ['a surplus letter', '/css/sitee.css', ['/css/site.css']],
  ['two letters swapped', '/css/stie.css', ['/css/site.css']],
  ['upper case', '/IMG/Hero.JPG', ['/img/hero.jpg', '/img/hero.png']],
  ['decomposed Unicode', '/cafe\u0301.txt', ['/caf\u00e9.txt']],
  ['no slash in front', 'js/app.js', ['/js/app.js']],
  ['another extension', '/img/hero.webp', ['/img/hero.jpg', '/img/hero.png']],
  ['another folder', '/images/home/hero.png', ['/img/hero.png']],
  ['another file of the same folder', '/img/logo.gif', []],
  ['a name that resembles none', '/completely/different/file.woff2', []],
  ['an empty name', '', []],
])('finds the nearest names for %s', (_, mistyped, nearest) => {
  expect(nearestNames(mistyped, NAMES)).toEqual(nearest);
});

test('puts the best first, sorts equals by name, and returns no more than asked for', () => {
  const candidates = ['/bb.js', '/ab.js', '/aa.js', '/ac.js', '/ad.js'];
  expect(nearestNames('/aa.js', candidates)).toEqual(['/aa.js', '/ab.js', '/ac.js']);
  expect(nearestNames('/aa.js', candidates, 1)).toEqual(['/aa.js']);
});

test('accepts a name without a slash if a third of it is wrong', () => {
  expect(nearestNames('precompression', ['precompress', 'keep'])).toEqual(['precompress']);
  expect(nearestNames('app.js', NAMES)).toEqual(['/js/app.js']);
});

test('does not count a long common folder as similar', () => {
  expect(nearestNames('/assets/images/products/a.png', ['/assets/images/products/list.svg'])).toEqual([]);
});

test.each([
  ['in the middle', '/img/a-large-photo.jpg', '/img/a-small-photo.jpg', '/img/a-largo-photo.jpg'],
  ['at the beginning', 'xx/a.js', 'xxxx/a.js', 'yx/a.js'],
  ['of a repeated part', '/aaaa.js', '/aaaaaa.js', '/aaa.js'],
])('finds the nearest name wherever names differ: %s', (_, mistyped, farther, nearer) => {
  expect(nearestNames(mistyped, [farther, nearer])).toEqual([nearer, farther]);
  expect(nearestNames(mistyped, [nearer, farther], 1)).toEqual([nearer]);
  expect(nearestNames(mistyped, [farther, nearer], 1)).toEqual([nearer]);
});

test('searches 20,000 names in seconds', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `/photos/${index}-of-a-long-day-in-the-country.jpg`);
  let nearest: string[] = [];
  const search = () => {
    nearest = nearestNames('/photos/777-of-a-lnog-day-in-the-cuontry.jpeg', names, 1);
  };
  expect(processorMs(search)).toBeLessThan(10_000);
  expect(nearest).toEqual(['/photos/777-of-a-long-day-in-the-country.jpg']);
});
