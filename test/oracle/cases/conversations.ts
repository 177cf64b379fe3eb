import { familyOf, tcpFlags } from './packets.ts';
import type { Random } from './random.ts';
import type { Conversation, ConversationPacket, IcmpAnswer } from './scenario.ts';

type Parties = Omit<Conversation, 'protocol' | 'packets'>;

const { fin, syn, rst, psh, ack } = tcpFlags;
type Line = readonly [from: 'client' | 'server', flags: number];

const handshake: readonly Line[] = [
  ['client', syn],
  ['server', syn | ack],
  ['client', ack],
];
const talk: readonly Line[] = [
  ['client', psh | ack],
  ['server', psh | ack],
  ['client', ack],
];

/** The ways in which a TCP connection goes on, or does not. */
const courses: readonly (readonly Line[])[] = [
  [['client', syn]],
  [
    ['client', syn],
    ['client', syn],
  ],
  [
    ['client', syn],
    ['server', rst | ack],
  ],
  [
    ['client', syn],
    ['server', syn | ack],
  ],
  handshake,
  [...handshake, ...talk],
  [...handshake, ...talk, ['client', fin | ack], ['server', ack], ['server', fin | ack], ['client', ack]],
  [...handshake, ...talk, ['server', fin | ack], ['client', ack], ['client', fin | ack], ['server', ack]],
  [...handshake, ['client', fin | ack]],
  [...handshake, ['server', fin | ack]],
  [...handshake, ...talk, ['client', rst | ack]],
  [...handshake, ['server', rst]],
  [...handshake, ['client', fin | ack], ['server', fin | ack], ['client', ack], ['client', syn], ['server', syn | ack]],
  [
    ['client', syn],
    ['client', rst],
    ['client', syn],
  ],
  // What is no beginning: the service is not for these.
  [['client', ack]],
  [['client', fin | ack]],
  [['client', syn | ack]],
];

export function tcpConversation(random: Random, parties: Parties): Conversation {
  const course = random.pick(courses);
  const packets = course.map(([from, flags]) => {
    const size = (flags & psh) === 0 ? 0 : drawSize(random, 1);
    return drawPacket(random, { from, flags, payload: drawPayload(random, size) });
  });
  return { ...parties, protocol: 'TCP', packets: withErrors(random, parties, packets) };
}

export function udpConversation(random: Random, parties: Parties): Conversation {
  const count = random.between(1, 4);
  const packets = Array.from({ length: count }, (_, index) => {
    const from = index > 0 && random.once(2) ? 'server' : 'client';
    return drawPacket(random, { from, flags: 0, payload: drawPayload(random, drawSize(random, 0)) });
  });
  return { ...parties, protocol: 'UDP', packets: withErrors(random, parties, packets) };
}

/** Now and then as much as just fits into the link, or no longer into a tunnel. */
const drawSize = (random: Random, least: number): number =>
  random.once(8) ? random.between(1340, largestPayload) : random.between(least, 64);
/** Of TCP over IPv6 in 1500 bytes. */
const largestPayload = 1440;

/** What a server says about a flow that nobody began. */
export function strayConversation(random: Random, parties: Parties, protocol: 'TCP' | 'UDP'): Conversation {
  const flags = protocol === 'TCP' ? random.pick([syn | ack, ack, fin | ack, rst, rst | ack]) : 0;
  const packet = drawPacket(random, { from: 'server', flags, payload: drawPayload(random, random.between(0, 64)) });
  return { ...parties, protocol, packets: [packet] };
}

/** Destination unreachable with its codes, time exceeded, source quench or packet too big, parameter problem. */
const errors4 = [
  ...[0, 1, 3, 4, 13].map((code) => ({ type: 3, code })),
  { type: 11, code: 0 },
  { type: 4, code: 0 },
  { type: 12, code: 0 },
];
const errors6 = [
  ...[0, 1, 3, 4].map((code) => ({ type: 1, code })),
  { type: 2, code: 0 },
  { type: 3, code: 0 },
  { type: 4, code: 0 },
];

/** Now and then somebody answers with an ICMP error. */
function withErrors(random: Random, { client }: Parties, packets: readonly ConversationPacket[]): ConversationPacket[] {
  if (!random.once(5)) return [...packets];
  const from = random.pick(['client', 'server'] as const);
  const isIpv6 = familyOf(client) === 6;
  const error = random.pick(isIpv6 ? errors6 : errors4);
  const hasMtu = isIpv6 ? error.type === 2 : error.type === 3 && error.code === 4;
  const icmp: IcmpAnswer = { ...error, word: hasMtu ? 1400 : 0, isShort: !isIpv6 && random.once(2) };
  const answer = { ...drawPacket(random, { from, flags: 0, payload: new Uint8Array() }), icmp };
  const at = random.between(1, packets.length);
  return [...packets.slice(0, at), answer, ...packets.slice(at)];
}

function drawPacket(
  random: Random,
  packet: Pick<ConversationPacket, 'from' | 'flags' | 'payload'>,
): ConversationPacket {
  return {
    ...packet,
    timeToLive: random.once(30) ? random.between(1, 2) : random.between(32, 255),
    serviceType: random.once(3) ? random.between(0, 255) & 0xfc : 0,
    identification: random.between(1, 65535),
    doNotFragment: !random.once(3),
  };
}

const drawPayload = (random: Random, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, () => random.between(0, 255));
