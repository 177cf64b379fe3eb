import { expect, it } from 'vitest';
import { gratuitousArpFrame } from './arp.ts';

it('is a broadcast request whose sender and target are the virtual address, as keepalived sends it', () => {
  const mac = Uint8Array.of(2, 0, 0xc0, 0xa8, 1, 0x65);
  const hex = [...gratuitousArpFrame(mac, '192.168.1.200')].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  expect(hex).toBe(
    'ffffffffffff' + '0200c0a80165' + '0806' + '0001080006040001' + '0200c0a80165c0a801c8' + 'ffffffffffffc0a801c8',
  );
});
