import { describe, expect, test } from 'vitest';
import { parseCutInterfaces, parseDomainList } from './libvirt.ts';
import { parseMachineInfo, parseMachineList, parseSnapshots } from './virtualbox.ts';

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

// As the VirtualBox 7.0 user guide and published output show it; not yet seen on a real one (docs/virtualbox.md).
describe('VirtualBox 7.0', () => {
  test('machines are listed by name and number, also with spaces and line ends of Windows', () => {
    const output =
      '"cut-nas" {1f2c3d4e-0000-4a4a-8b8b-0123456789ab}\r\n"My old PC" {aaaaaaaa-0000-4a4a-8b8b-0123456789ab}\r\n';
    expect(parseMachineList(output)).toEqual(['cut-nas', 'My old PC']);
  });

  test('state, cables and snapshots are read from what it tells programs', () => {
    const output = `name="cut-web1"
VMState="running"
VMStateChangeTime="2026-11-21T20:00:00.000000000"
nic2="intnet"
intnet2="cut-internal"
macaddress2="080027010102"
cableconnected2="off"
CurrentSnapshotName="before"
GuestMemoryBalloon=0
`;
    const info = parseMachineInfo(output);
    expect(['VMState', 'cableconnected2', 'GuestMemoryBalloon'].map((name) => info.get(name))).toEqual([
      'running',
      'off',
      '0',
    ]);
    const snapshots = `SnapshotName="before"
SnapshotUUID="11111111-0000-4a4a-8b8b-0123456789ab"
SnapshotName-1="after the drill"
CurrentSnapshotName="after the drill"
CurrentSnapshotNode="SnapshotName-1"
`;
    expect(parseSnapshots(snapshots)).toEqual(['before', 'after the drill']);
  });
});
