import { describe, expect, test } from 'vitest';
import { parseCutInterfaces, parseDomainList } from './libvirt.ts';

describe('libvirt 9.0', () => {
  test('domains are listed with their states, whatever their number', () => {
    const output = ` 1   cut-nas        running
 -   cut-master     shut off
 12  cut-web1       paused
 -   cut-dns1       saved
 3   other          in shutdown
`;
    expect([...parseDomainList(output)]).toEqual([
      ['cut-nas', 'on'],
      ['cut-master', 'off'],
      ['cut-web1', 'paused'],
      ['cut-dns1', 'saved'],
      ['other', 'other'],
    ]);
  });

  test('a cable is cut where the link of the interface is down', () => {
    const xml = `<domain><devices>
    <interface type='network'>
      <mac address='52:54:00:5e:18:4e'/>
      <source network='lab-mgmt' bridge='virbr1'/>
    </interface>
    <interface type='network'>
      <mac address='08:00:27:01:01:02'/>
      <source network='cut-internal' bridge='virbr2'/>
      <mtu size='9000'/>
      <link state='down'/>
    </interface>
    <interface type='network'><mac address='08:00:27:AA:01:03'/><link state='up'/></interface>
    </devices></domain>`;
    expect(parseCutInterfaces(xml)).toEqual(['08:00:27:01:01:02']);
  });
});
