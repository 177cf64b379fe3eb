import { describe, expect, it } from 'vitest';
import type { TableCommand } from '../../api/table.ts';
import { decodeAttributes } from '../netlink/message.ts';
import { decodeDaemon, decodeServer, decodeService, decodeTableSize, decodeTimeouts } from './decode.ts';
import { encodeCommand } from './encode.ts';

type Command = Exclude<TableCommand, { type: 'set-sysctl' }>;

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytes(...text: string[]): Uint8Array {
  return Uint8Array.from(text.join('').replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function encoded(command: Command): string {
  const { command: number, attributes } = encodeCommand(command);
  return `${String(number)} ${hex(attributes)}`;
}

function expected(number: number, ...text: string[]): string {
  return `${String(number)} ${hex(bytes(...text))}`;
}

const answer = (...text: string[]): Parameters<typeof decodeService>[0] => ({
  command: 0,
  attributes: decodeAttributes(bytes(...text)),
});

const V4_KEY =
  '0600 0100 0200 0000  0600 0200 0600 0000  1400 0300 0a000064 000000000000000000000000  0600 0400 0050 0000';
const service = { protocol: 'TCP', address: '10.0.0.100', port: 80 } as const;
const full = { ...service, scheduler: 'rr', schedulerFlags: [], onePacket: false };

describe('a command for the kernel', () => {
  it('adds a service', () => {
    expect(encoded({ type: 'add-service', service: full })).toBe(
      expected(
        1,
        '5400 0180',
        V4_KEY,
        '0700 0600 727200 00',
        '0c00 0700 00000000 ffffffff',
        '0800 0800 00000000',
        '0800 0900 ffffffff',
      ),
    );
  });

  it('edits a persistent IPv6 service with scheduler flags, whose mask is a number of this machine', () => {
    const edited = {
      ...full,
      address: '2001:db8::1',
      scheduler: 'mh',
      schedulerFlags: ['mh-fallback' as const, 'mh-port' as const],
      persistence: { timeoutSeconds: 300, mask: '64', engine: 'sip' },
    };
    expect(encoded({ type: 'edit-service', service: edited })).toBe(
      expected(
        2,
        '5c00 0180  0600 0100 0a00 0000  0600 0200 0600 0000  1400 0300 20010db8000000000000000000000001 0600 0400 0050 0000',
        '0700 0600 6d6800 00  0800 0b00 73697000  0c00 0700 19000000 ffffffff  0800 0800 2c010000  0800 0900 40000000',
      ),
    );
  });

  it('names a service by its mark alone', () => {
    const key = { protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 } as const;
    expect(encoded({ type: 'delete-service', service: key })).toBe(
      expected(3, '1400 0180  0600 0100 0200 0000  0800 0500 07000000'),
    );
  });

  it('adds a tunnelled server with thresholds', () => {
    const tunnel = { type: 'gue', port: 6080, checksum: 'remote-checksum' } as const;
    const server = {
      address: '172.16.1.2',
      port: 80,
      forwarding: 'ipip',
      weight: 3,
      upperThreshold: 10,
      lowerThreshold: 5,
      tunnel,
    } as const;
    expect(encoded({ type: 'add-server', service, server })).toBe(
      expected(
        5,
        '3000 0180',
        V4_KEY,
        '6000 0280  0600 0b00 0200 0000  1400 0100 ac100102 000000000000000000000000  0600 0200 0050 0000',
        '0800 0300 02000000  0800 0400 03000000  0500 0d00 01 000000  0600 0e00 17c0 0000  0600 0f00 0200 0000',
        '0800 0500 0a000000  0800 0600 05000000',
      ),
    );
  });

  it('deletes a server, flushes, zeroes, sets timeouts', () => {
    expect(encoded({ type: 'delete-server', service, server: { address: '172.16.1.2', port: 80 } })).toBe(
      expected(
        7,
        '3000 0180',
        V4_KEY,
        '2800 0280 0600 0b00 0200 0000 1400 0100 ac100102 000000000000000000000000 0600 0200 0050 0000',
      ),
    );
    expect(encoded({ type: 'flush' })).toBe('17 ');
    expect(encoded({ type: 'zero' })).toBe('16 ');
    expect(encoded({ type: 'set-timeouts', timeouts: { tcpSeconds: 900, tcpFinSeconds: 0, udpSeconds: 1 } })).toBe(
      expected(12, '0800 0400 84030000  0800 0500 00000000  0800 0600 01000000'),
    );
  });

  it('starts and stops sync daemons', () => {
    const daemon = { interface: 'eth0', syncId: 5, maximumLength: 1000, group: '224.0.0.81', port: 8848, ttl: 1 };
    expect(encoded({ type: 'start-sync', daemon: { role: 'master', ...daemon } })).toBe(
      expected(
        9,
        '4000 0380  0800 0100 01000000  0900 0200 6574683000 000000  0800 0300 05000000  0600 0400 e803 0000',
        '0800 0500 e0000051  0600 0700 9022 0000  0500 0800 01 000000',
      ),
    );
    expect(encoded({ type: 'stop-sync', role: 'backup' })).toBe(expected(10, '0c00 0380 0800 0100 02000000'));
  });

  it('is refused for what is no address', () => {
    expect(() => encodeCommand({ type: 'add-service', service: { ...full, address: 'ten' } })).toThrow(
      'not an address',
    );
  });
});

const STATS64 =
  '0c00 0100 0300000000000000  0c00 0200 1400000000000000  0c00 0300 0a00000000000000  0c00 0400 0000000001000000' +
  '0c00 0500 0700000000000000  0c00 0600 0100000000000000  0c00 0700 0200000000000000  0c00 0800 0300000000000000' +
  '0c00 0900 0400000000000000  0c00 0a00 0500000000000000';
const counters = { connections: 3, inPackets: 20, outPackets: 10, inBytes: 2 ** 32, outBytes: 7 };
const rates = {
  connectionsPerSecond: 1,
  inPacketsPerSecond: 2,
  outPacketsPerSecond: 3,
  inBytesPerSecond: 4,
  outBytesPerSecond: 5,
};

describe('an answer of the kernel', () => {
  it('is a service with its figures', () => {
    const persistent = '0800 0600 736800 00  0c00 0700 1d000000 ffffffff  0800 0800 2c010000  0800 0900 ffffff00';
    expect(decodeService(answer('d000 0100', V4_KEY, persistent, '7c00 0c00', STATS64))).toEqual({
      ...service,
      scheduler: 'sh',
      schedulerFlags: ['sh-fallback', 'sh-port'],
      persistence: { timeoutSeconds: 300, mask: '255.255.255.0' },
      onePacket: true,
      counters,
      rates,
      realServers: [],
    });
  });

  it('is a service of an IPv6 mark, with flags without a name', () => {
    const mark = '3800 0100 0600 0100 0a00 0000  0800 0500 09000000  0700 0600 777272 00  0c00 0700 29000000 00000000';
    const mask = '0800 0800 0a000000 0800 0900 40000000';
    expect(decodeService(answer(mark, mask))).toMatchObject({
      protocol: 'FWM',
      address: '::',
      port: 0,
      mark: 9,
      schedulerFlags: ['flag-1', 'flag-3'],
      persistence: { timeoutSeconds: 10, mask: '64' },
    });
  });

  it('is a server in its place', () => {
    const own =
      '1400 0100 ac100102 000000000000000000000000  0600 0200 0050 0000  0800 0300 03000000  0800 0400 00000000' +
      '0800 0500 0a000000  0800 0600 05000000  0800 0700 02000000  0800 0800 01000000  0800 0900 04000000  0600 0b00 0200 0000';
    expect(decodeServer(answer('dc00 0200', own, '7c00 0c00', STATS64), 6)).toEqual({
      address: '172.16.1.2',
      port: 80,
      forwarding: 'gate',
      weight: 0,
      upperThreshold: 10,
      lowerThreshold: 5,
      activeConnections: 2,
      inactiveConnections: 1,
      persistentConnections: 4,
      order: 6,
      counters,
      rates,
    });
  });

  it('is a daemon, the timeouts, the size of the table', () => {
    const own =
      '0800 0100 02000000  0900 0200 6574683000 000000  0800 0300 05000000  0600 0400 c005 0000  0600 0700 9022 0000' +
      '0500 0800 01 000000  1400 0600 ff020000000000000000000000000051';
    expect(decodeDaemon(answer('4c00 0300', own))).toEqual({
      role: 'backup',
      interface: 'eth0',
      syncId: 5,
      maximumLength: 1472,
      group: 'ff02::51',
      port: 8848,
      ttl: 1,
    });
    expect(decodeTimeouts(answer('0800 0400 84030000 0800 0500 78000000 0800 0600 2c010000'))).toEqual({
      tcpSeconds: 900,
      tcpFinSeconds: 120,
      udpSeconds: 300,
    });
    expect(decodeTableSize(answer('0800 0100 01020100 0800 0200 00100000'))).toBe(4096);
    expect(decodeService(answer('0800 0100'))).toBeUndefined();
  });
});
