import { describe, expect, test } from 'vitest';
import { fileOf, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';
import { forwardZoneFile, reverseName, reverseZoneFile } from './name-server.ts';

const tfg = await testbedNamed('tfg');
const small = await testbedNamed('small');

/** The records of a zone file, without the authority record. */
function records(zone: string): string[] {
  return zone
    .split('\n')
    .filter((line) => / IN (NS|A|CNAME|PTR) /.test(line))
    .sort();
}

describe('The forward zone', () => {
  test("has the document's records, all of them and no other", () => {
    const documented = `@ IN NS dns1.lab.local.
@ IN NS dns2.lab.local.
@ IN NS dns3.lab.local.
dns1 IN A 10.0.100.5
dns2 IN A 10.0.100.6
dns3 IN A 10.0.100.7
master IN A 10.0.100.1
standby IN A 10.0.100.50
nas IN A 10.0.100.100
web1 IN A 10.0.100.2
web2 IN A 10.0.100.3
web3 IN A 10.0.100.4
lb1 IN CNAME master
lb2 IN CNAME standby
cluster1 IN CNAME master
cluster2 IN CNAME web1
cluster3 IN CNAME web2
cluster4 IN CNAME web3
cluster5 IN CNAME dns1
cluster6 IN CNAME dns2
cluster7 IN CNAME dns3`;
    expect(records(forwardZoneFile(tfg))).toEqual(documented.split('\n').sort());
  });

  test("has the document's numbers", () => {
    const numbers = forwardZoneFile(tfg).match(/\b\d{3,}\b/g);
    expect(numbers?.slice(0, 6)).toEqual(['38400', '2014092900', '28800', '3600', '604800', '38400']);
  });
});

describe('The reverse zone', () => {
  test('answers as the document’s lookup does, for every node', () => {
    expect(reverseName(tfg)).toBe('100.0.10.in-addr.arpa');
    const documented = `@ IN NS dns1.
@ IN NS dns2.
@ IN NS dns3.
100 IN PTR nas.
1 IN PTR master.
2 IN PTR web1.
3 IN PTR web2.
4 IN PTR web3.
5 IN PTR dns1.
6 IN PTR dns2.
7 IN PTR dns3.
50 IN PTR standby.`;
    expect(records(reverseZoneFile(tfg))).toEqual(documented.split('\n').sort());
  });

  test('of a network with two whole octets has names of two octets', () => {
    expect(reverseName(small)).toBe('9.10.in-addr.arpa');
    expect(records(reverseZoneFile(small))).toContain('1.2 IN PTR www-a.');
  });
});

test('Everything else is asked of the forwarders, and of nobody else', () => {
  const { content } = fileOf(recipeOf(tfg, 'dns1'), '/etc/bind/named.conf.options');
  expect(content).toMatch(/forwarders \{\s+8\.8\.8\.8;\s+8\.8\.4\.4;\s+\};/);
  expect(content).toContain('forward only;');
  for (const clause of ['listen-on { any; };', 'allow-recursion { any; };', 'allow-recursion-on { any; };']) {
    expect(content).toContain(clause);
  }
});
