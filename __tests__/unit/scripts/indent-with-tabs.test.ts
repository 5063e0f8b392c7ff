interface Script {
  indentWithTabs(code: string, sourceType: 'module' | 'script'): string;
}

const { indentWithTabs } = require('../../../scripts/indent-with-tabs.mjs') as Script;

test('turns each four spaces of indentation into a tab', () => {
  expect(indentWithTabs('if (a) {\n    if (b) {\n        c();\n    }\n}\n', 'script')).toBe('if (a) {\n\tif (b) {\n\t\tc();\n\t}\n}\n');
});

test('leaves the rest of an indentation, and spaces inside a line, alone', () => {
  expect(indentWithTabs('a(\n      b,    c)', 'script')).toBe('a(\n\t  b,    c)');
});

test('leaves the text of template literals alone', () => {
  const code = `const text = \`\n    first\n    $${'{name}'}\n    last\`;\n`;
  expect(indentWithTabs(code, 'script')).toBe(code);
});
