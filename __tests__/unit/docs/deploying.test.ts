import fs from 'node:fs';
import path from 'node:path';
import { chooseDelivery } from '../../../src/core/delivery';
import { HOSTS } from '../../../src/core/hosts';

const page = fs.readFileSync(path.resolve(__dirname, '../../../docs/DEPLOYING.md'), 'utf8');
const section = (heading: string) => new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
const rowsOf = (text: string) => [...text.matchAll(/^\| (.*) \|$/gm)].map(([, cells = '']) => cells.split(' | '));

/** A row for each variable of the table of recognised hosts. */
const ROWS = rowsOf(section('How the build chooses')).flatMap(([cause = '', host = '', delivery = '']) => {
  const variables = [...cause.matchAll(/`([A-Z_]{4,})(?:=(\w+))?`/g)];
  return variables.map(([, variable = '', value = 'x']) => ({ variable, value, host, delivery }));
});

test('the table of recognised hosts is the one that the build uses', () => {
  expect([...new Set(ROWS.map(({ host }) => host))]).toEqual(HOSTS.map(({ name }) => name));
});

test.each(ROWS)('$variable gives the delivery and the name that the page says', ({ variable, value, host, delivery }) => {
  expect(chooseDelivery('auto', { env: { [variable]: value } })).toEqual({ delivery, reason: host });
});

test('the page names each host that cannot serve rewrites', () => {
  const sentence = /is a warning on (.*), where/.exec(page)?.[1]?.split(/, | and /);
  expect(sentence).toEqual(HOSTS.filter(({ brokenRewrites }) => brokenRewrites !== undefined).map(({ name }) => name));
});

test('each row of hosts says how the host was tested', () => {
  const [, , ...hosts] = rowsOf(section('Hosts'));
  expect(hosts.length).toBeGreaterThanOrEqual(HOSTS.length);
  for (const cells of hosts) {
    expect(cells).toHaveLength(4);
    expect(cells[3]).toMatch(/^(?:real|emulated|read)\b/);
  }
});
