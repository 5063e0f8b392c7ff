import { RENDERED_AT, type WithRenderedAt } from '../../../src/core/render-manifest';
import { whenPagesListen } from '../../../src/next/when-pages-listen';

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  delete (globalThis as WithRenderedAt)[RENDERED_AT];
});

function setUp() {
  const tell = jest.fn();
  return { tell, edit: whenPagesListen(tell) };
}

const render = () => {
  (globalThis as WithRenderedAt)[RENDERED_AT] = Date.now();
};

test('an edit soon after a page was rendered is told once more', () => {
  const { tell, edit } = setUp();
  render();
  jest.advanceTimersByTime(5000);
  edit();
  jest.advanceTimersByTime(1999);
  expect(tell).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(tell).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(60_000);
  expect(tell).toHaveBeenCalledTimes(1);
});

test('of several edits the last one, also when the page has been open for a while by then', () => {
  const { tell, edit } = setUp();
  render();
  for (let count = 0; count < 6; count++) {
    edit();
    jest.advanceTimersByTime(1500);
  }
  expect(tell).not.toHaveBeenCalled();
  jest.advanceTimersByTime(500);
  expect(tell).toHaveBeenCalledTimes(1);
});

test('not while another page is being loaded', () => {
  const { tell, edit } = setUp();
  render();
  edit();
  jest.advanceTimersByTime(1500);
  render();
  jest.advanceTimersByTime(1999);
  expect(tell).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(tell).toHaveBeenCalledTimes(1);
});

test.each([
  ['where none was rendered', () => {}],
  ['where the last one has been open for a while', render],
])('no edit is told twice %s', (_, before) => {
  const { tell, edit } = setUp();
  before();
  jest.advanceTimersByTime(5001);
  edit();
  jest.advanceTimersByTime(60_000);
  expect(tell).not.toHaveBeenCalled();
});

test('the process need not go on for it', () => {
  const { edit } = setUp();
  render();
  const started = jest.spyOn(global, 'setTimeout');
  edit();
  expect(started.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
});
