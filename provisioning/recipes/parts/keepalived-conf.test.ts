import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inputFor, testbedNamed } from '../fixtures/recipes-of.ts';
import { keepalivedConf } from './keepalived-conf.ts';

/** As the document prints it in section 3.8.1, without its page breaks. */
const printed = readFileSync(new URL('../fixtures/keepalived-master.conf', import.meta.url), 'utf8');

const words = (text: string): string => text.split(/\s+/).filter(Boolean).join(' ');

/** Braces that close what is not open: after the first instance, and in the midst of the DNS servers. */
const slips = [
  ['192.168.1.202 } } }', '192.168.1.202 } }'],
  [
    '10.0.100.5 53 { weight 1 TCP_CHECK { connect_timeout 3 } } } }',
    '10.0.100.5 53 { weight 1 TCP_CHECK { connect_timeout 3 } }',
  ],
] as const;

async function confOf(node: string, advertInterval?: number): Promise<string> {
  const { testbed, node: found } = inputFor(await testbedNamed('tfg', { advertInterval }), node);
  return keepalivedConf(testbed, found);
}

test("The master's configuration is the document's, word for word but for its stray braces", async () => {
  const text = slips.reduce((rest, [slip, meant]) => {
    expect(rest.split(slip)).toHaveLength(2);
    return rest.replace(slip, meant);
  }, words(printed));
  expect(words(await confOf('master'))).toBe(text);
});

test("The standby's differs in what section 3.9 says, and in nothing else", async () => {
  const changed = (await confOf('master'))
    .replaceAll('state MASTER', 'state BACKUP')
    .replaceAll('priority 150', 'priority 100');
  expect(await confOf('standby')).toBe(changed);
});

describe('An advertisement interval below a second', () => {
  test('brings VRRP 3 and leaves the password out', async () => {
    const conf = await confOf('master', 0.1);
    expect(conf).toMatch(/^global_defs \{\n {4}vrrp_version 3\n\}\n/);
    expect(conf.match(/^ {4}advert_int 0\.1$/gm)).toHaveLength(2);
    expect(conf).not.toMatch(/authentication|auth_pass|mypasswd/);
  });
});

test('Another whole number of seconds keeps VRRP 2 and its password', async () => {
  const conf = await confOf('master', 2);
  expect(conf).not.toContain('global_defs');
  expect(conf.match(/^ {4}advert_int 2$/gm)).toHaveLength(2);
  expect(conf.match(/auth_pass mypasswd/g)).toHaveLength(2);
});

test('Interfaces follow the networks, whatever their order on the node', async () => {
  const { testbed, node } = inputFor(await testbedNamed('small'), 'lb-b');
  const conf = keepalivedConf(testbed, node);
  expect(conf).toMatch(/vrrp_instance OUT \{\n {4}state BACKUP\n {4}interface eth1\n/);
  expect(conf).toMatch(/vrrp_instance IN \{\n {4}state BACKUP\n {4}interface eth0\n/);
  expect(conf).toContain('real_server 10.9.2.1 8080 {\n        weight 3');
});
