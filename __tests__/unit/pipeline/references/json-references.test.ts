import { findJsonMentions, findWebManifestReferences } from '../../../../src/pipeline/references/json-references';
import { inShort } from '../../support/references';

const found = (json: string) => inShort(json, findWebManifestReferences(json));

test.each<[string, json: string, ...references: string[]]>([
  ['icons', '{"icons":[{"src":"a.png","sizes":"1x1"},{"src":"b.png"}]}', 'url a.png', 'url b.png'],
  ['screenshots', '{"screenshots":[{"src":"a.png"}]}', 'url a.png'],
  ['icons of shortcuts, and their pages', '{"shortcuts":[{"url":"/x","icons":[{"src":"a.png"}]}]}', 'url a.png', 'page /x'],
  ['icons of file handlers, and their pages', '{"file_handlers":[{"action":"/x","icons":[{"src":"a.png"}]}]}', 'url a.png', 'page /x'],
  [
    'icons and screenshots of widgets, but not the files that the service worker fetches',
    '{"widgets":[{"ms_ac_template":"/t.json","data":"/d.json","icons":[{"src":"a.png"}],"screenshots":[{"src":"b.png"}]}]}',
    'url a.png',
    'url b.png',
  ],
  ['by language', '{"icons_localized":{"de":[{"src":"a.png"}],"fr":[{"src":"b.png"}]}}', 'url a.png', 'url b.png'],
  ['of shortcuts, by language', '{"shortcuts":[{"icons_localized":{"de":[{"src":"a.png"}]}}]}', 'url a.png'],
  ['of localized shortcuts', '{"shortcuts_localized":{"de":[{"icons":[{"src":"a.png"}]}]}}', 'url a.png'],
  ['of the home tab', '{"tab_strip":{"home_tab":{"icons":[{"src":"a.png"}]}}}', 'url a.png'],
  ['pages', '{"start_url":".","scope":"./app/","id":"x"}', 'page .', 'page ./app/'],
  ['pages of handlers', '{"protocol_handlers":[{"url":"a?%s"}],"file_handlers":[{"action":"b"}]}', 'page a?%s', 'page b'],
  ['pages of other members', '{"share_target":{"action":"c"},"note_taking":{"new_note_url":"d"}}', 'page c', 'page d'],
  ['other texts that may be URLs', '{"x":["a.png","b",{"./c.html":"d e."}]}', 'mention ./c.html ()', 'mention a.png ()'],
  ['with escapes', '{"\\u0069cons":[{"sr\\u0063":"a\\u002epng"},{"src":"\\/b.png"}]}', 'url a.png (a\\u002epng)', 'url /b.png (\\/b.png)'],
  ['after wide characters', '{"name":"\u{1F4A9}","icons":[{"src":"\u{1F4A9}.png"}]}', 'url \u{1F4A9}.png'],
  ['over several lines', '{\r\n"icons":[\r\n{"src":"a.png"}]\r\n}', 'url a.png'],
  ['the last of two members with one name', '{"icons":[{"src":"a.png"}],"icons":[{"src":"b.png"}]}', 'url b.png'],
])('finds the references of a web app manifest: %s', (_, json, ...references) => {
  expect(found(json)).toEqual(references);
});

test.each([
  '{"serviceworker":{"src":"/sw.js"},"icon":[{"src":"/a.png"}]}',
  '{"icons":{"16":"/a.png"},"screenshots":null,"shortcuts":[{}],"share_target":"x","file_handlers":"x"}',
  '{"icons":[null,1,"/a.png",{"src":1},{"src":null},{"SRC":"/a.png"}]}',
  '[{"src":"/a.png"}]',
  '{"icons_localized":[{"src":"/a.png"}],"shortcuts":{"icons":[{"src":"/a.png"}]},"tab_strip":[]}',
  'null',
])('finds no reference: %s', (json) => {
  expect(found(json)).toEqual([]);
});

test.each<[string, json: string]>([
  ['empty', ''],
  ['a surplus comma', '{"icons":[{"src":"a.png"},]}'],
  ['single quotes', "{'icons':[]}"],
  ['a comment', '// icons\n{}'],
  ['more text after the document', '{} x'],
  ['too deep for the stack', `${'{"icons":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
])('throws for text that is not JSON: %s', (_, json) => {
  expect(() => findWebManifestReferences(json)).toThrow('it is not JSON');
});

describe('in other JSON documents, it finds each text that may be the name of a file', () => {
  const mentions = (json: string) => findJsonMentions(json).map(({ url }) => url);

  test.each<[string, json: string, expected: string[]]>([
    ['once', '{"a":"a.png","b":["a.png"]}', ['a.png']],
    ['in the names of members', '{"frames":{"run 1.png":{}}}', ['run 1.png']],
    ['with a query', '["a.bin?v=1"]', ['a.bin?v=1']],
    ['not with a scheme, a slash in front, or without an extension', '["https://x/a.png","/a.png","a"]', []],
    ['however deep it is', `${'['.repeat(50_000)}"a.png"${']'.repeat(50_000)}`, ['a.png']],
  ])('%s', (_, json, expected) => expect(mentions(json)).toEqual(expected));

  test.each([
    [
      'more than 10,000 names',
      JSON.stringify(Array.from({ length: 10_001 }, (_, index) => `${index}.png`)),
      'more than 10000 names of files',
    ],
    ['a text that is not JSON', '{', 'it is not JSON'],
  ])('it refuses %s', (_, json, message) => expect(() => findJsonMentions(json)).toThrow(message));
});
