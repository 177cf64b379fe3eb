import { describe, expect, it } from 'vitest';
import { explainMark } from './explain-mark.ts';
import type { MarkRule } from './marks.ts';

const rules: MarkRule[] = [
  { mark: 1, protocol: 'TCP', destination: '192.168.1.200', ports: { from: 80, to: 443 } },
  { mark: 0x100, mask: 0xff00, source: '10.0.0.0/8', interface: 'eth1' },
  { mark: 6, destination: '2001:db8::/64', except: [{ ports: { from: 22, to: 22 } }] },
];
const ask = (clientAddress: string, virtualAddress: string, virtualPort: number, face = '') =>
  explainMark(rules, { protocol: 'TCP', clientAddress, clientPort: 40_000, virtualAddress, virtualPort }, face);

describe('the mark that a packet would get', () => {
  it.each([
    ['192.168.1.7', '192.168.1.200', 80, '', 1, 'TCP to 192.168.1.200 ports 80–443 sets 1: mark 1.'],
    ['192.168.1.7', '192.168.1.200', 79, '', 0, 'no rule fits: no mark.'],
    ['10.1.2.3', '192.168.1.200', 443, 'eth0', 1, 'TCP to 192.168.1.200 ports 80–443 sets 1, in by eth0: mark 1.'],
    [
      '10.1.2.3',
      '192.168.1.200',
      443,
      'eth1',
      257,
      'TCP to 192.168.1.200 ports 80–443 sets 1; then TCP and UDP from 10.0.0.0/8 by eth1 sets 256/0xff00, in by eth1: mark 257.',
    ],
    ['2001:db8::7', '2001:db8::1', 80, '', 6, 'TCP and UDP to 2001:db8::/64 but TCP and UDP port 22 sets 6: mark 6.'],
    ['2001:db8::7', '2001:db8::1', 22, '', 0, 'no rule fits: no mark.'],
  ])('from %s to %s port %i by "%s"', (client, virtual, port, face, ...[mark, step]) => {
    expect(ask(client, virtual, port, face)).toEqual({ mark, step: `Firewall marks: ${step}` });
  });

  it('a rule that takes marks away is told as well', () => {
    const cleared = explainMark(
      [...rules, { mark: 0, destination: '192.168.1.200' }],
      { protocol: 'TCP', clientAddress: '10.0.0.1', clientPort: 1, virtualAddress: '192.168.1.200', virtualPort: 80 },
      '',
    );
    expect(cleared).toEqual({
      mark: 0,
      step: 'Firewall marks: TCP to 192.168.1.200 ports 80–443 sets 1; then TCP and UDP to 192.168.1.200 sets 0: mark 0.',
    });
  });

  it('addresses of two families are no flow', () => {
    expect(ask('10.0.0.1', '2001:db8::1', 80)).toBeUndefined();
  });
});
