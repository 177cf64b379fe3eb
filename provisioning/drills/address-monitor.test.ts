import { describe, expect, it } from 'vitest';
import { parseMonitorLine, parseShownAddresses } from './address-monitor.ts';

// Lines as iproute2 6.1.0 prints them.
const added =
  '[2026-11-21T10:10:46.298693] 3: eth0    inet 192.168.1.200/32 scope global eth0\\       valid_lft forever preferred_lft forever';
const deleted =
  '[2026-11-21T10:10:46.301668] Deleted 3: eth0@if7    inet 192.168.1.200/24 scope global eth0\\       valid_lft forever';

describe('the address monitor', () => {
  it('reads an added address with the kernel’s time down to the microsecond', () => {
    const change = parseMonitorLine(added);
    expect(change).toMatchObject({ action: 'added', address: '192.168.1.200', interface: 'eth0' });
    expect(change?.at).toBeCloseTo(Date.UTC(2026, 10, 21, 10, 10, 46) + 298.693, 3);
  });

  it('reads a removed address', () => {
    expect(parseMonitorLine(deleted)).toMatchObject({ action: 'removed', address: '192.168.1.200', interface: 'eth0' });
  });

  it.each(['', 'Cannot open netlink socket', '[2026-11-21T10:10:46.298693] 3: eth0    inet6 fe80::1/64 scope link'])(
    'has nothing to say about %j',
    (line) => {
      expect(parseMonitorLine(line)).toBeUndefined();
    },
  );

  it('reads the addresses that are there', () => {
    const output =
      '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever\n' +
      '3: eth0    inet 192.168.1.101/24 scope global eth0\\       valid_lft forever\n' +
      '3: eth0    inet 192.168.1.202/32 scope global eth0\\       valid_lft forever\n';
    expect([...parseShownAddresses(output)]).toEqual(['127.0.0.1', '192.168.1.101', '192.168.1.202']);
  });
});
