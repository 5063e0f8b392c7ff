import { noteRendered } from '../../../src/core/shared-globals';
import { whenPagesListen } from '../../../src/next/when-pages-listen';
import { forgetRendered } from '../support/rendered-at';

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  forgetRendered();
});

function setUp() {
  const tell = jest.fn();
  return { tell, edit: whenPagesListen(tell) };
}

test('an edit soon after a page was rendered is told once more', () => {
  const { tell, edit } = setUp();
  noteRendered();
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
  noteRendered();
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
  noteRendered();
  edit();
  jest.advanceTimersByTime(1500);
  noteRendered();
  jest.advanceTimersByTime(1999);
  expect(tell).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(tell).toHaveBeenCalledTimes(1);
});

test('nor endlessly, where pages are rendered all the time', () => {
  const { tell, edit } = setUp();
  noteRendered();
  edit();
  for (let elapsed = 0; elapsed < 12_000; elapsed += 1000) {
    jest.advanceTimersByTime(1000);
    noteRendered();
  }
  expect(tell).toHaveBeenCalledTimes(1);
});

test('what fails is said, and the next edit tries it again', () => {
  const said = jest.spyOn(console, 'error').mockImplementation(() => {});
  const { tell, edit } = setUp();
  tell.mockImplementationOnce(() => {
    throw new Error('the disk is full');
  });
  for (let count = 0; count < 2; count++) {
    noteRendered();
    edit();
    jest.advanceTimersByTime(2000);
  }
  expect(tell).toHaveBeenCalledTimes(2);
  expect(said.mock.calls).toEqual([['next-smart-cache: the disk is full']]);
  said.mockRestore();
});

test.each([
  ['where none was rendered', () => {}],
  ['where the last one has been open for a while', noteRendered],
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
  noteRendered();
  const started = jest.spyOn(global, 'setTimeout');
  edit();
  expect(started.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
});
