import { describe, expect, it } from 'vitest';
import { isActiveState, nextTcpState, tcpStateNames } from './tcp-states.ts';
import type { TcpDirection, TcpStateName } from './tcp-states.ts';
import { TimeoutTable } from './timeouts.ts';

const FLAGS: Record<string, number> = { syn: 2, fin: 1, ack: 16, rst: 4 };

function next(direction: TcpDirection, segment: string, from: TcpStateName, isSecure = false): string {
  const flags = segment === '' ? 0 : segment.split('+').reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0);
  return tcpStateNames[nextTcpState(direction, flags, tcpStateNames.indexOf(from), isSecure)] ?? '';
}

describe('the TCP state table', () => {
  it.each<[string, [TcpDirection, string][], TcpStateName[]]>([
    [
      'a connection that the client closes',
      [
        ['input', 'syn'],
        ['output', 'syn+ack'],
        ['input', 'ack'],
        ['input', 'fin+ack'],
        ['output', 'fin+ack'],
        ['input', 'ack'],
      ],
      ['SYN_RECV', 'SYN_RECV', 'ESTABLISHED', 'CLOSE_WAIT', 'TIME_WAIT', 'TIME_WAIT'],
    ],
    [
      'a connection that the server closes',
      [
        ['input', 'syn'],
        ['output', 'syn+ack'],
        ['input', 'ack'],
        ['output', 'fin+ack'],
        ['input', 'fin+ack'],
        ['output', 'ack'],
      ],
      ['SYN_RECV', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'TIME_WAIT', 'TIME_WAIT'],
    ],
    [
      'a connection that is refused',
      [
        ['input', 'syn'],
        ['output', 'rst+ack'],
      ],
      ['SYN_RECV', 'CLOSE'],
    ],
    [
      'a connection of which only one direction is seen',
      [
        ['input-only', 'syn'],
        ['input-only', 'ack'],
        ['input-only', 'fin+ack'],
        ['input-only', 'ack'],
      ],
      ['SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'FIN_WAIT'],
    ],
  ])('follows %s', (_, segments, states) => {
    let state: TcpStateName = 'NONE';
    const seen = segments.map(([direction, flags]) => (state = next(direction, flags, state) as TcpStateName));
    expect(seen).toEqual(states);
  });

  it('looks at rst before syn, fin and ack, and closes on a segment with none of them', () => {
    expect(next('input', 'rst+syn+ack', 'ESTABLISHED')).toBe('CLOSE');
    expect(next('input', 'syn+fin', 'CLOSE')).toBe('SYN_RECV');
    expect(next('input', '', 'ESTABLISHED')).toBe('CLOSE');
  });

  it('under secure_tcp takes a handshake for one only when the server has answered', () => {
    expect(next('output', 'syn+ack', 'SYN_RECV', true)).toBe('SYNACK');
    expect(next('input', 'ack', 'SYN_RECV', true)).toBe('SYN_RECV');
    expect(next('input', 'syn', 'SYNACK', true)).toBe('SYNACK');
    expect(next('output', 'ack', 'SYNACK', true)).toBe('ESTABLISHED');
    expect(next('input-only', 'syn', 'NONE', true)).toBe('SYNACK');
    expect(next('input-only', 'ack', 'SYNACK', true)).toBe('ESTABLISHED');
  });

  it('has a next state for every segment in every state', () => {
    for (const direction of ['input', 'output', 'input-only'] as const)
      for (const flags of ['syn', 'fin', 'ack', 'rst'])
        for (const from of tcpStateNames) expect(tcpStateNames).toContain(next(direction, flags, from));
  });

  it('counts opening and open connections as active, and times out as ip_vs_proto_tcp.c says', () => {
    const rows = tcpStateNames.map(
      (name, state) =>
        `${name} ${String((new TimeoutTable().tcp[state] ?? 0) / 1000)}${isActiveState(state) ? ' active' : ''}`,
    );
    expect(rows).toEqual([
      'NONE 2',
      'ESTABLISHED 900 active',
      'SYN_SENT 120 active',
      'SYN_RECV 60 active',
      'FIN_WAIT 120',
      'TIME_WAIT 120',
      'CLOSE 10',
      'CLOSE_WAIT 60',
      'LAST_ACK 30',
      'LISTEN 120',
      'SYNACK 120 active',
    ]);
  });
});
