import { expect, test } from 'vitest';
import { foldAddressLine } from './node-addresses.ts';
import type { InterfaceAddresses } from './node-addresses.ts';

const none: InterfaceAddresses = new Map();
const shown = '2: eth0    inet 192.168.1.101/24 brd 192.168.1.255 scope global eth0\\       valid_lft forever';
const added = '2: eth0    inet 192.168.1.200/32 scope global eth0\\       valid_lft forever';

test('addresses that are there and addresses that come are the same to it', () => {
  const after = [shown, added].reduce(foldAddressLine, none);
  expect(after.get('eth0')).toEqual(['192.168.1.101', '192.168.1.200']);
});

test('an address that is deleted is gone, the others stay', () => {
  const after = [shown, added, `Deleted ${added}`].reduce(foldAddressLine, none);
  expect(after.get('eth0')).toEqual(['192.168.1.101']);
});

test('a line that changes nothing gives the very same object, so that nobody is told', () => {
  const once = foldAddressLine(none, added);
  expect(foldAddressLine(once, added)).toBe(once);
  expect(foldAddressLine(once, 'Deleted 2: eth0    inet 10.9.9.9/32 scope global eth0')).toBe(once);
  expect(foldAddressLine(once, '3: eth1    inet6 fe80::1/64 scope link')).toBe(once);
});

test("the other end of a cable is not part of an interface's name", () => {
  expect(foldAddressLine(none, '2: eth0@if7    inet 10.0.100.2/24 scope global eth0').get('eth0')).toEqual([
    '10.0.100.2',
  ]);
});
