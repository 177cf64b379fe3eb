import { describe, expect, it } from 'vitest';
import { sysctlRemark, Sysctls } from './sysctls.ts';

describe('sysctls', () => {
  it.each<[string, number[], string]>([
    ['conntrac', [1], 'There is no sysctl net.ipv4.vs.conntrac'],
    ['drop_entry', [4], 'net.ipv4.vs.drop_entry takes 0 to 3, not 4'],
    ['sync_ports', [3], 'net.ipv4.vs.sync_ports takes a power of two, not 3'],
    [
      'sync_threshold',
      [9, 9],
      'net.ipv4.vs.sync_threshold takes a threshold and a period above it, or period 0, not 9 9',
    ],
    ['sync_threshold', [60], 'net.ipv4.vs.sync_threshold takes a threshold and a period above it, or period 0, not 60'],
    ['sync_threshold', [1, 2, 3], 'net.ipv4.vs.sync_threshold takes at most 2 numbers, not 1 2 3'],
    ['conntrack', [], 'net.ipv4.vs.conntrack takes one number, not '],
  ])('%s = %j is refused', (name, values, message) => {
    expect(new Sysctls().set(name, values)).toMatchObject({ ok: false, message });
  });

  it('keep the numbers that are not given', () => {
    const sysctls = new Sysctls();
    expect(sysctls.set('sync_threshold', [7])).toEqual({ ok: true });
    expect(sysctls.all().sync_threshold).toEqual([7, 50]);
  });

  it.each<[string, number[], string | undefined]>([
    [
      'conntrack',
      [1],
      'net.ipv4.vs.conntrack has no effect on the packet plane: the plane works without connection tracking',
    ],
    [
      'drop_packet',
      [1],
      'net.ipv4.vs.drop_packet = 1 never acts on the packet plane, which never runs short of memory; 3 always acts',
    ],
    ['drop_packet', [3], undefined],
    ['expire_nodest_conn', [1], undefined],
    ['something_new', [1], undefined],
  ])('%s = %j: what the packet plane makes of it', (name, values, remark) => {
    expect(sysctlRemark(name, values)).toBe(remark);
  });
});
