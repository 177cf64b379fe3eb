import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/packet.ts';

/** States of a connection entry, numbered and named as in the kernel (include/net/ip_vs.h, enum ip_vs_tcp states). */
export const tcpStateNames = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
] as const;
export type TcpStateName = (typeof tcpStateNames)[number];

export const TCP_STATE_NONE = 0;
export const TCP_STATE_ESTABLISHED = 1;
export const TCP_STATE_SYN_RECV = 3;
export const TCP_STATE_FIN_WAIT = 4;
export const TCP_STATE_TIME_WAIT = 5;
export const TCP_STATE_CLOSE = 6;
export const TCP_STATE_LISTEN = 9;

/** States that count as ActiveConn; all others are InActConn (tcp_state_active_table). */
const activeStates = new Set<TcpStateName>(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK']);
const active = tcpStateNames.map((name) => activeStates.has(name));

export function isActiveState(state: number): boolean {
  return active[state] ?? false;
}

/** Where a packet was seen. `input-only`: answers go past the director (gate and ipip forwarding). */
export type TcpDirection = 'input' | 'output' | 'input-only';

const abbreviations = ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA'];

function row(text: string): readonly number[] {
  return text.split(' ').map((abbreviation) => abbreviations.indexOf(abbreviation));
}

type StateTables = Record<TcpDirection, readonly (readonly number[])[]>;

// Next state by current state (columns) for the four kinds of segment (ip_vs_proto_tcp.c, tcp_states).
//          NO ES SS SR FW TW CL CW LA LI SA
const tables: StateTables = {
  input: [
    row('SR ES ES SR SR SR SR SR SR SR SR'), // syn
    row('CL CW SS TW TW TW CL CW LA LI TW'), // fin
    row('ES ES SS ES FW TW CL CW CL LI ES'), // ack
    row('CL CL CL SR CL CL CL CL LA LI SR'), // rst
  ],
  output: [
    row('SS ES SS SR SS SS SS SS SS LI SR'),
    row('TW FW SS TW FW TW CL TW LA LI TW'),
    row('ES ES SS ES FW TW CL CW LA ES ES'),
    row('CL CL SS CL CL TW CL CL CL CL CL'),
  ],
  'input-only': [
    row('SR ES ES SR SR SR SR SR SR SR SR'),
    row('CL FW SS TW FW TW CL CW LA LI TW'),
    row('ES ES SS ES FW TW CL CW CL LI ES'),
    row('CL CL CL SR CL CL CL CL LA LI CL'),
  ],
};

// The same under secure_tcp: a flood of SYNs does not look like connections (tcp_states_dos).
//          NO ES SS SR FW TW CL CW LA LI SA
const secureTables: StateTables = {
  input: [
    row('SR ES ES SR SR SR SR SR SR SR SA'),
    row('CL CW SS TW TW TW CL CW LA LI SA'),
    row('ES ES SS SR FW TW CL CW CL LI SA'),
    row('CL CL CL SR CL CL CL CL LA LI CL'),
  ],
  output: [
    row('SS ES SS SA SS SS SS SS SS LI SA'),
    row('TW FW SS TW FW TW CL TW LA LI TW'),
    row('ES ES SS ES FW TW CL CW LA ES ES'),
    row('CL CL SS CL CL TW CL CL CL CL CL'),
  ],
  'input-only': [
    row('SA ES ES SR SA SA SA SA SA SA SA'),
    row('CL FW SS TW FW TW CL CW LA LI TW'),
    row('ES ES SS ES FW TW CL CW CL LI ES'),
    row('CL CL CL SR CL CL CL CL LA LI CL'),
  ],
};

/** Which row a segment takes: rst before syn before fin before ack, as tcp_state_idx tests them; -1 without any of them. */
function rowOf(flags: number): number {
  if ((flags & TCP_RST) !== 0) return 3;
  if ((flags & TCP_SYN) !== 0) return 0;
  if ((flags & TCP_FIN) !== 0) return 1;
  return (flags & TCP_ACK) !== 0 ? 2 : -1;
}

/** The state after a segment with `flags`; a segment with none of the four flags closes the entry. */
export function nextTcpState(direction: TcpDirection, flags: number, state: number, isSecure = false): number {
  return (isSecure ? secureTables : tables)[direction][rowOf(flags)]?.[state] ?? TCP_STATE_CLOSE;
}
