import { addPrebuildScript } from '../../../../src/cli/init/prebuild-script';

test.each([
  [
    'beside "build"',
    '{\n  "scripts": {\n    "dev": "next dev",\n    "build": "next build"\n  }\n}\n',
    '{\n  "scripts": {\n    "dev": "next dev",\n    "prebuild": "next-smart-cache build",\n    "build": "next build"\n  }\n}\n',
  ],
  [
    'tabs',
    '{\n\t"scripts": {\n\t\t"build": "next build"\n\t}\n}',
    '{\n\t"scripts": {\n\t\t"prebuild": "next-smart-cache build",\n\t\t"build": "next build"\n\t}\n}',
  ],
  ['all on one line', '{"scripts":{"build":"next build"}}', '{"scripts":{"prebuild": "next-smart-cache build", "build":"next build"}}'],
  [
    'before another command',
    '{ "scripts": { "prebuild": "node a.js" } }',
    '{ "scripts": { "prebuild": "next-smart-cache build && node a.js" } }',
  ],
  ['in place of an empty script', '{ "scripts": { "prebuild": "" } }', '{ "scripts": { "prebuild": "next-smart-cache build" } }'],
  [
    'before another command of this package',
    '{ "scripts": { "prebuild": "next-smart-cache check" } }',
    '{ "scripts": { "prebuild": "next-smart-cache build && next-smart-cache check" } }',
  ],
  [
    'not where it is already, with options',
    '{ "scripts": { "prebuild": "a && npx next-smart-cache  build --json" } }',
    '{ "scripts": { "prebuild": "a && npx next-smart-cache  build --json" } }',
  ],
  [
    'in place of null',
    '{ "scripts": { "prebuild": null, "build": "b" } }',
    '{ "scripts": { "prebuild": "next-smart-cache build", "build": "b" } }',
  ],
  ['in place of scripts that are null', '{ "scripts": null }', '{ "scripts": { "prebuild": "next-smart-cache build" } }'],
  ['no scripts', '{\n  "name": "a"\n}\n', '{\n  "scripts": {\n    "prebuild": "next-smart-cache build"\n  },\n  "name": "a"\n}\n'],
  ['empty scripts', '{ "scripts": {} }', '{ "scripts": { "prebuild": "next-smart-cache build" } }'],
  ['an empty object', '{}', '{\n  "scripts": {\n    "prebuild": "next-smart-cache build"\n  }\n}\n'],
  [
    'a byte-order mark and CRLF',
    '\uFEFF{\r\n  "scripts": {\r\n    "build": "b"\r\n  }\r\n}',
    '\uFEFF{\r\n  "scripts": {\r\n    "prebuild": "next-smart-cache build",\r\n    "build": "b"\r\n  }\r\n}',
  ],
])('adds the script to package.json, once: %s', (_, text, expected) => {
  const added = addPrebuildScript(text);
  expect(added).toBe(expected);
  expect(() => JSON.parse(added.replace('\uFEFF', ''))).not.toThrow();
  expect(addPrebuildScript(added)).toBe(added);
});

test.each(['', '[]', '{ "scripts": ', '{ "scripts": [] }', '{ "scripts": { "prebuild": 1 } }'])('refuses %j', (text) => {
  expect(() => addPrebuildScript(text)).toThrow();
});
