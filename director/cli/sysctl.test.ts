import { describe, expect, it } from 'vitest';
import { formatSysctl, parseSysctl } from './sysctl.ts';

const known = { conntrack: [0], sync_threshold: [3, 50], expire_nodest_conn: [0] };

describe('director sysctl', () => {
  it.each([
    ['conntrack', { name: 'conntrack' }],
    ['net.ipv4.vs.conntrack=1', { name: 'conntrack', values: [1] }],
    ['net/ipv4/vs/conntrack = 1', { name: 'conntrack', values: [1] }],
    ['sync_threshold=3 10', { name: 'sync_threshold', values: [3, 10] }],
    ['sync_threshold=3,10', { name: 'sync_threshold', values: [3, 10] }],
  ])('understands %s', (word, request) => {
    expect(parseSysctl(word, known)).toEqual(request);
  });

  it.each([
    ['expire_nodest_con=1', 'There is no sysctl net.ipv4.vs.expire_nodest_con; did you mean "expire_nodest_conn"?'],
    ['net.ipv4.ip_forward', 'There is no sysctl net.ipv4.vs.net.ipv4.ip_forward; "director sysctl -a" lists all'],
    ['conntrack=on', '"on" is no value of net.ipv4.vs.conntrack: whole numbers are expected'],
    ['conntrack=', '"" is no value of net.ipv4.vs.conntrack: whole numbers are expected'],
  ])('refuses %s', (word, message) => {
    expect(() => parseSysctl(word, known)).toThrow(message);
  });

  it('prints as sysctl(8) does', () => {
    expect(formatSysctl('sync_threshold', [3, 50], false)).toBe('net.ipv4.vs.sync_threshold = 3\t50');
    expect(formatSysctl('conntrack', [1], true)).toBe('1');
  });
});
