import { formatAddress, fromBytes } from '../../../director/engine/address.ts';
import { gateways, serverAddress, serverCount, serverMac } from '../guest/network.ts';
import { addressBytes, encode, familyOf, tcp, TCP, udp, UDP } from './packets.ts';
import type { Output } from './record.ts';
import type { Conversation, ConversationPacket, IcmpAnswer, ServerEnd } from './scenario.ts';

/** The server that a packet was masqueraded to; others do not answer through the director. */
export function findServer(outputs: readonly Output[], conversation: Conversation): ServerEnd | undefined {
  const [output] = outputs;
  if (output?.port !== 'eth1') return undefined;
  const family = familyOf(conversation.client);
  const index = Array.from({ length: serverCount }, (_, at) => at + 1).find((at) => serverMac(at) === output.to);
  if (index === undefined) return undefined;
  const { datagram } = output;
  const isTransport = datagram[family === 4 ? 9 : 6] === (conversation.protocol === 'TCP' ? TCP : UDP);
  const address = serverAddress(index, family);
  const destination = datagram.subarray(family === 4 ? 16 : 24, family === 4 ? 20 : 40);
  const isTranslated = isTransport && destination.equals(addressBytes(address));
  return isTranslated ? { address, port: datagram.readUInt16BE((family === 4 ? 20 : 40) + 2) } : undefined;
}

type Sequence = Readonly<Record<'client' | 'server', number>>;

export function clientDatagram(
  conversation: Conversation,
  packet: ConversationPacket,
  { client, server }: Sequence,
): Buffer {
  const portPair = { source: conversation.clientPort, destination: conversation.virtualPort };
  const numbers = { sequence: client, acknowledgement: server };
  return encode({
    ...packet,
    source: conversation.client,
    destination: conversation.virtual,
    protocol: conversation.protocol === 'TCP' ? TCP : UDP,
    body: body(conversation, packet, portPair, numbers),
  });
}

export function serverDatagram(
  conversation: Conversation,
  server: ServerEnd,
  packet: ConversationPacket,
  sequence: Sequence,
): Buffer {
  const portPair = { source: server.port, destination: conversation.clientPort };
  const numbers = { sequence: sequence.server, acknowledgement: sequence.client };
  return encode({
    ...packet,
    source: server.address,
    destination: conversation.client,
    protocol: conversation.protocol === 'TCP' ? TCP : UDP,
    body: body(conversation, packet, portPair, numbers),
  });
}

function body(
  { protocol }: Conversation,
  { flags, payload }: ConversationPacket,
  portPair: { source: number; destination: number },
  numbers: { sequence: number; acknowledgement: number },
): Buffer {
  return protocol === 'TCP'
    ? tcp(portPair, flags, numbers, payload)
    : udp(portPair.source, portPair.destination, payload);
}

export const describe = (
  { client, clientPort, virtual, virtualPort, protocol }: Conversation,
  { from, flags, icmp }: ConversationPacket,
): string => {
  const kind = icmp === undefined ? `flags ${flags}` : `ICMP ${icmp.type} ${icmp.code}`;
  return `${protocol} ${client} ${clientPort} > ${virtual} ${virtualPort}, from the ${from}, ${kind}`;
};

/**
 * From whom the packet was for to whom it was from; undefined when there was none. About a packet to a virtual address, on its
 * way to a server that has it too, a router speaks.
 */
export function icmpError(
  quoted: Buffer | undefined,
  { type, code, word, isShort }: IcmpAnswer,
  packet: ConversationPacket,
): Buffer | undefined {
  if (quoted === undefined) return undefined;
  const family = (quoted[0] ?? 0) >> 4 === 4 ? 4 : 6;
  const [receiver, destination] = endsOf(quoted);
  const isVirtual = receiver.startsWith('10.128.') || receiver.startsWith('fd00:80:');
  const { address, address6 } = gateways.eth1;
  const source = isVirtual ? (family === 4 ? address : address6) : receiver;
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 0);
  header.writeUInt8(code, 1);
  header.writeUInt32BE(word, 4);
  const limit = isShort ? (family === 4 ? 28 : 48) : 500;
  const body = Buffer.concat([header, quoted.subarray(0, limit)]);
  return encode({ ...packet, source, destination, protocol: family === 4 ? 1 : 58, body });
}

/** Destination and source of a datagram. */
function endsOf(datagram: Buffer): [destination: string, source: string] {
  const isIpv4 = (datagram[0] ?? 0) >> 4 === 4;
  const [source, destination, end] = isIpv4 ? [12, 16, 20] : [8, 24, 40];
  return [
    formatAddress(fromBytes(datagram.subarray(destination, end))),
    formatAddress(fromBytes(datagram.subarray(source, destination))),
  ];
}
