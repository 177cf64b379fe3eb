import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTestbed } from './parse.ts';
import type { PlacedProblem } from './problem.ts';

const small = readFileSync(new URL('../test/fixtures/testbeds/small/testbed.yaml', import.meta.url), 'utf8');

function problemsOf(text: string): PlacedProblem[] {
  const result = parseTestbed('small.yaml', text);
  return result.ok ? [] : [...result.problems];
}

/** Line and column of a snippet that must be in the text exactly once. */
function placeOf(text: string, snippet: string): { line: number; column: number } {
  const parts = text.split(snippet);
  expect(parts, `"${snippet}" must be there once`).toHaveLength(2);
  const before = parts[0]!.split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** What is reported after one edit, which must be a single problem at `at` in the edited text. */
function messageAfter(from: string, to: string, at: string): string {
  expect(small).toContain(from);
  const text = small.replace(from, () => to);
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ file: 'small.yaml', ...placeOf(text, at) });
  return problems[0]!.message;
}

test('A sound testbed has no problems, and gets its defaults', () => {
  const result = parseTestbed('small.yaml', small);
  if (!result.ok) expect.fail(JSON.stringify(result.problems));
  expect(result.parsed.raw.networks['outside']?.mtu).toBe(1500);
  expect(result.parsed.raw.dns.refresh).toBe(28800);
});

describe('A problem of the schema names its place, what was expected and what was found', () => {
  test('an unknown key, with the nearest known word', () => {
    expect(messageAfter('  router: 10.9.0.254', '  ruoter: 10.9.0.254\n  router: 10.9.0.254', 'ruoter')).toBe(
      'Unknown key "ruoter" in dhcp. Did you mean "router"?',
    );
  });

  test('an unknown key in a list entry', () => {
    expect(messageAfter('vrid: 7,', 'vrid: 7, vird: 9,', 'vird')).toBe(
      'Unknown key "vird" in vrrp.instances[0]. Did you mean "vrid"?',
    );
  });

  test('an unknown key that is near nothing, with the words that there are', () => {
    const message = messageAfter('domain: example.test', 'domain: example.test\nxyzzy: 1', 'xyzzy');
    expect(message).toMatch(/^Unknown key "xyzzy"\. Known here: relevo, id, title/);
  });

  test('a missing key, at the group that lacks it', () => {
    expect(messageAfter('  serial: 7\n', '', 'ttl: 60')).toBe('dns.serial is missing: expected a number.');
  });

  test('a value of another type', () => {
    expect(messageAfter('priority: 200', 'priority: high', 'high')).toBe(
      'vrrp.routers.lb-a.priority: expected a number, found "high".',
    );
  });

  test('a number out of bounds', () => {
    expect(messageAfter('priority: 200', 'priority: 255', '255')).toBe(
      'vrrp.routers.lb-a.priority: expected a number of at most 254, found 255.',
    );
  });

  test('a word that is not in the list, with the nearest that is', () => {
    expect(messageAfter('role: director\n    aliases', 'role: directro\n    aliases', 'directro')).toBe(
      'nodes.lb-a.role: expected "director" or "web" or "dns" or "nas" or "client" or "internet", found "directro". Did you mean "director"?',
    );
  });

  test('an address that is none', () => {
    expect(messageAfter('static: 10.9.0.9 ', 'static: 10.9.0.256 ', '10.9.0.256')).toBe(
      'nodes.files.interfaces[0].address.static: expected an IPv4 address like 10.0.100.1, found "10.9.0.256".',
    );
  });

  test('a network that is none', () => {
    expect(messageAfter('cidr: 10.9.0.0/16', 'cidr: 10.9.0.0', '10.9.0.0')).toBe(
      'networks.inside.cidr: expected a network like 10.0.100.0/24, found "10.9.0.0".',
    );
  });

  test('of two allowed forms, the one that was meant', () => {
    expect(messageAfter('{ dhcp: 10.9.2.1 }', '{ dhcp: 10.9.2 }', '10.9.2 ')).toBe(
      'nodes.www-a.interfaces[0].address.dhcp: expected an IPv4 address like 10.0.100.1, found "10.9.2".',
    );
  });

  test('a node whose name a path or a shell could misread', () => {
    expect(messageAfter('  tester:', '  "../tester":', '"../tester"')).toBe(
      'Expected a name of lower-case letters, digits and hyphens, a letter first, at most 31 characters, found "../tester".',
    );
  });

  test('a file name that leads out of the folder', () => {
    expect(messageAfter('pages/hello.html\n', '../../secret\n', '../../secret')).toMatch(
      /^storage\.files\.hello\.html: expected a relative path/,
    );
  });

  test('another version of the format', () => {
    expect(messageAfter('relevo: 1', 'relevo: 2', '2\nid')).toBe('relevo: expected 1, found 2.');
  });

  test('a list that is too short', () => {
    expect(messageAfter('realServers: [www-a]', 'realServers: []', '[]')).toBe(
      'virtualServices[0].realServers: expected a list with at least 1 entry, found a list of 0.',
    );
  });

  test('a key without a value', () => {
    expect(messageAfter('domain: example.test', 'domain:', '\nhostsSuffix')).toBe(
      'domain: expected a text, found nothing.',
    );
  });

  test('several problems, in the order of the file', () => {
    const text = small.replace('priority: 200', 'priority: high').replace('id: small', 'id: Small');
    expect(problemsOf(text).map(({ message }) => message.split(':')[0])).toEqual(['id', 'vrrp.routers.lb-a.priority']);
  });
});

describe('What is no testbed at all is reported, not thrown', () => {
  test.each([
    ['nothing', ''],
    ['a word', 'tfg'],
    ['a list', '- 1\n- 2'],
  ])('%s', (_, text) => {
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({ line: 1, column: 1 });
    expect(problem?.message).toMatch(/^the testbed: expected a group of keys, found /);
  });

  test('YAML that breaks off', () => {
    const text = small.replace('range: [10.9.2.1, 10.9.2.99]', 'range: [10.9.2.1, 10.9.2.99');
    expect(problemsOf(text)[0]).toMatchObject({ line: placeOf(text, '  router: 10.9.0.254').line });
  });

  test('a key that is there twice', () => {
    const text = small.replace('domain: example.test', 'domain: example.test\ndomain: two.test');
    expect(problemsOf(text)).toEqual([
      { file: 'small.yaml', ...placeOf(text, 'domain: two.test'), message: 'Map keys must be unique' },
    ]);
  });

  test('aliases that would fill the memory', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [one, two] of ['ab', 'bc', 'cd', 'de', 'ef']) {
      bomb.push(`${two}: &${two} [${Array(10).fill(`*${one}`).join(', ')}]`);
    }
    expect(problemsOf(bomb.join('\n'))[0]?.message).toMatch(/^The YAML cannot be read: Excessive alias count/);
  });
});
