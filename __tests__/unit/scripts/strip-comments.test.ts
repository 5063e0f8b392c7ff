interface Script {
  stripComments(code: string, sourceType: 'module' | 'script'): string;
  stripDeclarationComments(code: string): string;
}

const { stripComments, stripDeclarationComments } = require('../../../scripts/strip-comments.mjs') as Script;

test.each([
  ['a comment at the end of a line', 'a(); // b', 'a(); '],
  ['a comment on a line of its own', '  // b\na();\n', 'a();\n'],
  ['a comment that speaks of webpack', '/** webpack: see #__PURE__. */\na();\n', 'a();\n'],
])('removes %s', (_, code, expected) => expect(stripComments(code, 'module')).toBe(expected));

test.each([
  'const a = /* @__PURE__ */ b();',
  'const a = /*#__PURE__*/ b();',
  '/* @__NO_SIDE_EFFECTS__ */ function a() {}',
  'import(/* webpackIgnore: true */ a);',
  'import(/* turbopackIgnore: true */ a);',
  '#!/usr/bin/env node\na();',
  "'use client';",
  "const url = 'https://a.example'; const text = '/* no comment */';",
])('keeps %s', (code) => expect(stripComments(code, 'module')).toBe(code));

test('takes the comments out of a declaration, and leaves its types alone', () => {
  const code =
    "/** Why. */\nexport interface A<T> {\n    /** What. */\n    readonly b?: T | '/*';\n}\nexport declare const c: (d: A<1>) => void; // end\n";
  expect(stripDeclarationComments(code)).toBe(
    "export interface A<T> {\n    readonly b?: T | '/*';\n}\nexport declare const c: (d: A<1>) => void; \n",
  );
});
