import type { Family } from '../../engine/address.ts';
import type { RuleTimeouts } from './rule-services.ts';
import {
  bitmask,
  changeSet,
  compare,
  destinationIsLocal,
  drop,
  FIRST_REGISTER,
  goTo,
  jumpTo,
  leaveChain,
  lookup,
  meta,
  payload,
} from './nft/expressions.ts';
import type { Expression } from './nft/expressions.ts';
import { Transaction } from './nft/owned-table.ts';
import type { SetDefinition } from './nft/owned-table.ts';

/**
 * The nftables rules that keep the kernel's own stack away from packets that the plane handles. The plane's packet sockets
 * see a frame before the ingress hook does, so what is dropped here has been forwarded already.
 *
 * - Packets to a virtual service are dropped while its address is local: take-over and release need no change of rules. Their
 *   sender is noted when a server of the service is masqueraded: in `flows`, or in `closing` once it sent FIN or RST.
 * - Packets from a masqueraded server's service port are dropped when they answer a noted sender, and so are its ICMP errors
 *   and the later fragments of such answers. Health checks, the servers' own connections and answers to direct ones are not
 *   noted, and go through the kernel's router as ever.
 */
export const TABLE = 'relevo_plane';
export const families = [4, 6] as const;

/** As many as the connection table has entries. */
const MOST_FLOWS = 1 << 20;
const MOST_FRAGMENTED = 4096;
/** net.ipv4.ipfrag_time. */
const FRAGMENT_SECONDS = 30;
/** Soon after a FIN or RST the client may use its port to speak to the server directly. */
const MARGIN_SECONDS = 10;

export const TCP = 6;
export const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const FTP_DATA = 20;
const FIRST_UNPRIVILEGED = 1024;
const FIN_AND_RST = 0x05;
const SYN = 0x02;
const RST = 0x04;
const REGISTERS = 16;

// Types of nft itself, six bits each: ipv4_addr, ipv6_addr, inet_proto, inet_service, mark.
const keyNumbers = { 4: 7, 6: 8, protocol: 12, port: 13, mark: 19 } as const;
const concatenated = (...types: readonly number[]): number => types.reduce((sum, type) => (sum << 6) | type, 0);

/** Where an IP header has its addresses. */
export const layout = {
  4: { source: 12, destination: 16, length: 4, registers: 1, icmp: ICMP },
  6: { source: 8, destination: 24, length: 16, registers: 4, icmp: ICMPV6 },
} as const;

export const port16 = (port: number): Uint8Array => Uint8Array.of(port >> 8, port & 255);

/** The sets of one family: by address, protocol and port, or without the port. */
function setsOf(family: Family): SetDefinition[] {
  const endpointKey = concatenated(keyNumbers[family], keyNumbers.protocol, keyNumbers.port);
  const endpointLength = layout[family].length + 8;
  const hostKey = concatenated(keyNumbers[family], keyNumbers.protocol);
  const hostLength = layout[family].length + 4;
  const endpoint = (name: string): SetDefinition => ({
    name: `${name}${family}`,
    keyType: endpointKey,
    keyLength: endpointLength,
  });
  const host = (name: string): SetDefinition => ({
    name: `${name}${family}`,
    keyType: hostKey,
    keyLength: hostLength,
  });
  const noted = { size: MOST_FLOWS };
  return [
    endpoint('services'),
    endpoint('quiet'),
    host('everyport'),
    host('ftp'),
    endpoint('servers'),
    host('hosts'),
    { name: `marks${family}`, keyType: concatenated(keyNumbers.mark, keyNumbers.protocol), keyLength: 8 },
    { ...endpoint('flows'), noted },
    { ...endpoint('closing'), noted },
  ];
}

/** Later IPv4 fragments of answers: server, client, protocol and identification. */
const fragmented: SetDefinition = {
  name: 'fragmented4',
  keyType: concatenated(keyNumbers[4], keyNumbers[4], keyNumbers.protocol, keyNumbers.port),
  keyLength: 16,
  noted: { size: MOST_FRAGMENTED },
};

function address(family: Family, end: 'source' | 'destination'): Expression {
  return payload('network', layout[family][end], layout[family].length, FIRST_REGISTER);
}

/** The register behind an address at the start of a key. */
function behindAddress(family: Family): number {
  return FIRST_REGISTER + layout[family].registers;
}

function hostKeyOf(family: Family, end: 'source' | 'destination'): Expression[] {
  return [address(family, end), meta('transportProtocol', behindAddress(family))];
}

function endpointKeyOf(family: Family, end: 'source' | 'destination'): Expression[] {
  const at = end === 'source' ? 0 : 2;
  return [...hostKeyOf(family, end), payload('transport', at, 2, behindAddress(family) + 1)];
}

const lastRegister = FIRST_REGISTER + REGISTERS - 1;
const isProtocol = (protocol: number): Expression[] => [
  meta('transportProtocol', lastRegister),
  compare(lastRegister, 'equal', Uint8Array.of(protocol)),
];
const hasTcpFlag = (mask: number): Expression[] => [
  payload('transport', 13, 1, lastRegister),
  bitmask(lastRegister, Uint8Array.of(mask)),
  compare(lastRegister, 'notEqual', Uint8Array.of(0)),
];

/** A chain and what one of its rules does. */
export type Rule = readonly [chain: string, ...expressions: Expression[]];

/**
 * What becomes of packets to virtual services: noted, and dropped. Most packets that are not to a local address are answers:
 * one look at the address spares them all the sets of services.
 */
function requestRules(family: Family): Rule[] {
  const virtual = `virtual${family}`;
  const own = `own${family}`;
  const toHost = hostKeyOf(family, 'destination');
  const port = payload('transport', 2, 2, lastRegister);
  const toService = endpointKeyOf(family, 'destination');
  return [
    [`inbound${family}`, ...destinationIsLocal(lastRegister), jumpTo(own)],
    [own, ...toService, lookup(`services${family}`, FIRST_REGISTER), goTo(virtual)],
    [own, ...toService, lookup(`quiet${family}`, FIRST_REGISTER), drop],
    [own, ...toHost, lookup(`everyport${family}`, FIRST_REGISTER), goTo(virtual)],
    [
      own,
      ...toHost,
      lookup(`ftp${family}`, FIRST_REGISTER),
      port,
      compare(lastRegister, 'greaterOrEqual', port16(FIRST_UNPRIVILEGED)),
      goTo(virtual),
    ],
    [
      own,
      ...toHost,
      lookup(`ftp${family}`, FIRST_REGISTER),
      port,
      compare(lastRegister, 'equal', port16(FTP_DATA)),
      goTo(virtual),
    ],
    [
      own,
      meta('mark', FIRST_REGISTER),
      meta('transportProtocol', FIRST_REGISTER + 1),
      lookup(`marks${family}`, FIRST_REGISTER),
      goTo(virtual),
    ],
  ];
}

function noteRules(family: Family, timeouts: RuleTimeouts): Rule[] {
  const virtual = `virtual${family}`;
  const note = `note${family}`;
  const key = endpointKeyOf(family, 'source');
  const flows = `flows${family}`;
  const closing = `closing${family}`;
  const open = timeouts.openSeconds + MARGIN_SECONDS;
  const closed = timeouts.closingSeconds + MARGIN_SECONDS;
  const update = (set: string, seconds: number): Expression => changeSet('update', set, FIRST_REGISTER, seconds);
  const forget = (set: string): Expression => changeSet('delete', set, FIRST_REGISTER);
  return [
    [virtual, ...isProtocol(UDP), ...key, update(flows, timeouts.udpSeconds + MARGIN_SECONDS)],
    [virtual, ...isProtocol(TCP), jumpTo(note)],
    [virtual, drop],
    [note, ...hasTcpFlag(FIN_AND_RST), ...key, update(closing, closed), forget(flows), leaveChain],
    [note, ...hasTcpFlag(SYN), ...key, update(flows, open), forget(closing), leaveChain],
    [note, ...key, lookup(closing, FIRST_REGISTER), update(closing, closed), leaveChain],
    [note, ...key, update(flows, open)],
  ];
}

/** What becomes of packets from masqueraded servers: dropped when they answer a noted sender. */
function answerRules(family: Family, timeouts: RuleTimeouts): Rule[] {
  const inbound = `inbound${family}`;
  const answer = `answer${family}`;
  const error = `error${family}`;
  const key = endpointKeyOf(family, 'destination');
  const [flows, closing] = [`flows${family}`, `closing${family}`];
  const closed = timeouts.closingSeconds + MARGIN_SECONDS;
  return [
    [inbound, ...endpointKeyOf(family, 'source'), lookup(`servers${family}`, FIRST_REGISTER), jumpTo(answer)],
    [inbound, ...hostKeyOf(family, 'source'), lookup(`hosts${family}`, FIRST_REGISTER), jumpTo(answer)],
    [inbound, ...isProtocol(layout[family].icmp), goTo(error)],
    ...(family === 4 ? firstFragmentRules(answer) : []),
    // A server that resets ends the connection without another word from the client.
    [
      answer,
      ...isProtocol(TCP),
      ...hasTcpFlag(RST),
      ...key,
      lookup(flows, FIRST_REGISTER),
      changeSet('update', closing, FIRST_REGISTER, closed),
      changeSet('delete', flows, FIRST_REGISTER),
      drop,
    ],
    [answer, ...key, lookup(flows, FIRST_REGISTER), drop],
    [answer, ...key, lookup(closing, FIRST_REGISTER), drop],
    [error, ...quotedSenderOf(family), lookup(flows, FIRST_REGISTER), drop],
    [error, ...quotedSenderOf(family), lookup(closing, FIRST_REGISTER), drop],
  ];
}

/** The sender of the packet that an ICMP error quotes, when that has no options or extension headers. */
function quotedSenderOf(family: Family): Expression[] {
  const quotation = 8;
  const { source, length, registers } = layout[family];
  const header = family === 4 ? 20 : 40;
  const protocol = FIRST_REGISTER + registers;
  return [
    payload('transport', quotation + source, length, FIRST_REGISTER),
    payload('transport', quotation + (family === 4 ? 9 : 6), 1, protocol),
    payload('transport', quotation + header, 2, protocol + 1),
  ];
}

const FRAGMENT_OFFSET = Uint8Array.of(0x1f, 0xff);
const MORE_FRAGMENTS = Uint8Array.of(0x20, 0x00);

function fragmentKey(): Expression[] {
  return [
    payload('network', 12, 4, FIRST_REGISTER),
    payload('network', 16, 4, FIRST_REGISTER + 1),
    payload('network', 9, 1, FIRST_REGISTER + 2),
    payload('network', 4, 2, FIRST_REGISTER + 3),
  ];
}

const fragmentField = (mask: Uint8Array): Expression[] => [
  payload('network', 6, 2, lastRegister),
  bitmask(lastRegister, mask),
  compare(lastRegister, 'notEqual', Uint8Array.of(0, 0)),
];

function firstFragmentRules(answer: string): Rule[] {
  const key = endpointKeyOf(4, 'destination');
  return [
    [
      answer,
      ...fragmentField(MORE_FRAGMENTS),
      ...key,
      lookup('flows4', FIRST_REGISTER),
      ...fragmentKey(),
      changeSet('update', fragmented.name, FIRST_REGISTER, FRAGMENT_SECONDS),
    ],
    ['inbound4', ...fragmentField(FRAGMENT_OFFSET), ...fragmentKey(), lookup(fragmented.name, FIRST_REGISTER), drop],
  ];
}

const chainsOf = (family: Family): string[] =>
  ['inbound', 'own', 'virtual', 'note', 'answer', 'error'].map((name) => `${name}${family}`);
const ETHERTYPES = { 4: Uint8Array.of(0x08, 0x00), 6: Uint8Array.of(0x86, 0xdd) } as const;

/** Table, sets and chains, empty of services. */
export function foundation(timeouts: RuleTimeouts): Transaction {
  const transaction = new Transaction(TABLE).replaceTable();
  for (const set of [...families.flatMap(setsOf), fragmented]) transaction.addSet(set);
  for (const chain of ['common', ...families.flatMap(chainsOf)]) transaction.addChain(chain);
  return addRules(transaction, timeouts);
}

/** The rules anew, because timeouts changed; what was noted stays. */
export function replaceRules(timeouts: RuleTimeouts, marks: readonly Rule[]): Transaction {
  const transaction = new Transaction(TABLE);
  for (const chain of ['common', ...families.flatMap(chainsOf)]) transaction.flushChain(chain);
  return addRules(transaction, timeouts, marks);
}

function addRules(transaction: Transaction, timeouts: RuleTimeouts, marks: readonly Rule[] = []): Transaction {
  // Chains that former marks had and these have not stay, empty and called by nobody.
  for (const chain of new Set(marks.map(([name]) => name))) transaction.addChain(chain).flushChain(chain);
  for (const [chain, ...expressions] of marks) transaction.addRule(chain, expressions);
  for (const family of families) {
    const isFamily = [meta('protocol', lastRegister), compare(lastRegister, 'equal', ETHERTYPES[family])];
    transaction.addRule('common', [...isFamily, goTo(`inbound${family}`)]);
    for (const [chain, ...expressions] of [
      ...requestRules(family),
      ...noteRules(family, timeouts),
      ...answerRules(family, timeouts),
    ])
      transaction.addRule(chain, expressions);
  }
  return transaction;
}

/** Hooks the rules into interfaces that exist. `all` are those and any that existed before: their place names the chain. */
export function interfaceRules(all: readonly string[], present: readonly string[]): Transaction {
  const transaction = new Transaction(TABLE);
  for (const [position, name] of all.entries()) {
    const chain = `port${String(position)}`;
    // An interface may be another one of the same name by now: its chain is always made anew.
    transaction.removeChain(chain);
    if (present.includes(name)) transaction.addIngressChain(chain, name).addRule(chain, [jumpTo('common')]);
  }
  return transaction;
}
