import { addHeadersRule, headersRule, printHeadersRule, reachOf } from '../../../../src/cli/headers/headers-file';

const RULE = '/_next/static/*\n  Cache-Control: public, max-age=31536000, immutable\n';

const edited = (text: string, basePath = '') => {
  const edit = addHeadersRule(text, basePath);
  return edit.outcome === 'added' ? edit.text : edit;
};

test('the rule is for the static folder below basePath only', () => {
  expect(printHeadersRule(headersRule(''))).toBe(RULE);
  expect(printHeadersRule(headersRule('/docs'))).toBe(`/docs${RULE}`);
  expect(edited('', '/docs')).toBe(`/docs${RULE}`);
});

test.each([
  ['', RULE],
  ['/a\n  X-A: 1\n', `/a\n  X-A: 1\n\n${RULE}`],
  ['# mine\n/a\n  X-A: 1', `# mine\n/a\n  X-A: 1\n\n${RULE}`],
  ['/a\r\n  X-A: 1\r\n', `/a\r\n  X-A: 1\r\n\r\n${RULE.replaceAll('\n', '\r\n')}`],
  ['/*\n  X-A: 1\n', `/*\n  X-A: 1\n\n${RULE}`],
  // Rules for other folders do not matter.
  ['/*.html\n  X-A: 1\n/img/*\n  Cache-Control: no-cache\n', `/*.html\n  X-A: 1\n/img/*\n  Cache-Control: no-cache\n\n${RULE}`],
  // Cloudflare drops the first of two rules for one path.
  ['/_next/static/*\n  X-A: 1\n/b\n', `${RULE}  X-A: 1\n/b\n`],
  ['/_next/static/*\r\n  X-A: 1\n/b\n', `${RULE.replaceAll('\n', '\r\n')}  X-A: 1\n/b\n`],
  ['/_next/static/*', RULE],
  // Cloudflare would join our value with that of a narrower rule.
  [
    '/_next/static/chunks/*\n  Cache-Control: public,max-age=31536000,immutable\n',
    '/_next/static/chunks/*\n  Cache-Control: public,max-age=31536000,immutable\n\n' +
      '/_next/static/*\n  ! Cache-Control\n  Cache-Control: public, max-age=31536000, immutable\n',
  ],
  // Our rule sets a header that an earlier rule unsets.
  ['/*\n  ! Cache-Control\n', `/*\n  ! Cache-Control\n\n${RULE}`],
  ['/*.css\n  ! Cache-Control\n', `/*.css\n  ! Cache-Control\n\n${RULE}`],
])('adds the rule to %j, and keeps the rest', (text, expected) => {
  const result = edited(text);
  expect(result).toBe(expected);
  expect(addHeadersRule(String(result), '')).toEqual({ outcome: 'unchanged' });
});

test.each([
  RULE,
  // "opennextjs-cloudflare migrate" writes this.
  '/_next/static/*\n  Cache-Control: public,max-age=31536000,immutable\n',
  '\uFEFF/_next/static/*\ncache-control:public, immutable, max-age=31536000',
  '/_next/*\n  Cache-Control: public, max-age=31536000, immutable\n',
  '/:folder/static/*\n  Cache-Control: public, max-age=31536000, immutable\n',
  '/*\n  Cache-Control: no-cache\n/_next/static/*\n  ! Cache-Control\n  Cache-Control: public, max-age=31536000, immutable\n',
])('does not change %j, which does the same already', (text) => {
  expect(addHeadersRule(text, '')).toEqual({ outcome: 'unchanged' });
});

test.each<[string, number, string]>([
  ['/_next/static/*\n  Cache-Control: public, max-age=3600\n', 2, 'Cache-Control: public, max-age=3600'],
  ['/*\n  X-A: 1\n  Cache-Control: no-cache\n', 3, 'Cache-Control: no-cache'],
  [`${RULE}/*\n  Cache-Control: no-cache\n`, 4, 'Cache-Control: no-cache'],
  [`/*\n  cache-control: no-cache\n${RULE}`, 2, 'cache-control: no-cache'],
  [`${RULE}/*.css\n  Cache-Control: no-cache\n`, 4, 'Cache-Control: no-cache'],
  [`${RULE}https://:project.pages.dev/*\n  Cache-Control: no-store\n`, 4, 'Cache-Control: no-store'],
  [`${RULE}/*\n  ! Cache-Control\n`, 4, '! Cache-Control'],
  [`${RULE}/_next/static/media/*\n  ! Cache-Control\n`, 4, '! Cache-Control'],
])('does not change %j, and names the conflicting line', (text, line, written) => {
  expect(addHeadersRule(text, '')).toMatchObject({ outcome: 'conflict', line, written });
});

test('adds no rule beyond the limit of the host', () => {
  const rules = (count: number) => Array.from({ length: count }, (_, index) => `/${index}\n  X-A: 1\n`).join('');
  expect(addHeadersRule(rules(99), '')).toMatchObject({ outcome: 'added' });
  expect(addHeadersRule(rules(100), '')).toEqual({ outcome: 'full', limit: 100 });
  expect(addHeadersRule(`${rules(99)}/_next/static/*\n  X-A: 1\n`, '')).toMatchObject({ outcome: 'added' });
});

test.each([
  ['/*', 'whole'],
  ['/docs/*', 'whole'],
  ['/do*', 'whole'],
  ['/:any/_next/*', 'whole'],
  ['/docs/_next/static/*', 'whole'],
  ['/docs/_next/stat*', 'whole'],
  ['/docs/_next/static/media/*', 'part'],
  ['/docs/_next/static/:file', 'part'],
  ['/*.css', 'part'],
  ['/docs/*/media/*', 'part'],
  ['https://example.com/docs/*', 'part'],
  ['/docs', 'none'],
  ['/docs/_next/static', 'none'],
  ['/_next/static/*', 'none'],
  ['/docs/_next/image*', 'none'],
  ['/:a/:b/:c', 'none'],
  ['/docs.*', 'none'],
])('the rule for %s matches the folder: %s', (pattern, reach) => {
  expect(reachOf(pattern, '/docs/_next/static/')).toBe(reach);
});
