import { lookUp } from '../../../src/core/render-manifest';

describe('in development, where a URL may have a query of its own', () => {
  const manifest = { assets: { '/a.svg': '/a.svg?hash=0123456789' }, basePath: '' };
  const { NODE_ENV } = process.env;
  beforeEach(() => Object.assign(process.env, { NODE_ENV: 'development' }));
  afterEach(() => Object.assign(process.env, { NODE_ENV }));

  test.each([
    ['a query is added to it', '/a.svg?v=1', '/a.svg?hash=0123456789&v=1'],
    ['a query and fragment', '/a.svg?v=1#icon?', '/a.svg?hash=0123456789&v=1#icon?'],
    ['a fragment comes after it', '/a.svg#icon', '/a.svg?hash=0123456789#icon'],
  ])('%s', (_, written, url) => {
    expect(lookUp(manifest, written)?.url).toBe(url);
  });
});
