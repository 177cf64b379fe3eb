import { addressBytes, encode, ethernet, familyOf, tcp, TCP, tcpFlags, udp, UDP } from '../cases/packets.ts';
import type { Captured, Guest } from './guest.ts';
import { gateways, ports, serverAddress, serverCount, serverMac, type Port } from './network.ts';

/** Who speaks to which service; a firewall mark below 256 where it is not the address that counts. */
export interface Talk {
  readonly protocol: 'TCP' | 'UDP';
  readonly client: string;
  readonly clientPort: number;
  readonly virtual: string;
  readonly virtualPort: number;
  readonly mark?: number;
}

/** A talk that goes on. */
export interface Line {
  readonly talk: Talk;
  /** One that answers through the director; others say nothing. */
  readonly server: End | undefined;
  /** The hardware address of the server to which the first packet went. */
  readonly neighbour: string | undefined;
}

interface End {
  readonly address: string;
  readonly port: number;
}

const { syn, ack, psh } = tcpFlags;

/** All at once: a handshake and some bytes each way for TCP, a question and an answer for UDP. */
export async function speak(guest: Guest, talks: readonly Talk[]): Promise<Line[]> {
  for (const talk of talks) fromClient(guest, talk, syn);
  const asked = await guest.settle();
  const lines = talks.map((talk): Line => {
    const first = asked.find((captured) => isOf(captured, talk));
    return { talk, server: first && serverOf(first, talk), neighbour: first && destinationOf(first) };
  });
  for (const line of lines) fromServer(guest, line, syn | ack);
  await guest.settle();
  const open = lines.filter(({ talk }) => talk.protocol === 'TCP');
  for (const { talk } of open) fromClient(guest, talk, ack);
  await guest.settle();
  await goOn(guest, open);
  return lines;
}

/** Ten bytes from the client, and ten from the server where it can; where they left the guest, and to whom. */
export async function goOn(guest: Guest, lines: readonly Line[]): Promise<string[]> {
  const ofLines = (captured: Captured[], port: Port): string[] =>
    captured.filter((one) => one.port === port && isIp(one)).map((one) => `${one.port} ${destinationOf(one)}`);
  for (const { talk } of lines) fromClient(guest, talk, psh | ack, 10);
  const asked = ofLines(await guest.settle(), 'eth1');
  for (const line of lines) fromServer(guest, line, psh | ack, 10);
  return [...asked, ...ofLines(await guest.settle(), 'eth0')];
}

function fromClient(guest: Guest, talk: Talk, flags: number, bytes = 0): void {
  const { client, clientPort, virtual, virtualPort, mark = 0 } = talk;
  const datagram = datagramOf(
    talk,
    { address: client, port: clientPort },
    { address: virtual, port: virtualPort },
    { flags, bytes, sequence: 1000 },
  );
  // See init.sh for how a frame carries a mark.
  const sender = mark === 0 ? gateways.eth0.mac : `06:00:${mark.toString(16).padStart(2, '0')}:00:00:00`;
  guest.send('eth0', ethernet(ports.eth0.mac, sender, datagram));
}

function fromServer(guest: Guest, { talk, server }: Line, flags: number, bytes = 0): void {
  if (server === undefined) return;
  const client = { address: talk.client, port: talk.clientPort };
  const datagram = datagramOf(talk, server, client, { flags, bytes, sequence: 5000 });
  guest.send('eth1', ethernet(ports.eth1.mac, gateways.eth1.mac, datagram));
}

function datagramOf(
  { protocol }: Talk,
  from: End,
  to: End,
  { flags, bytes, sequence }: { readonly flags: number; readonly bytes: number; readonly sequence: number },
): Buffer {
  const payload = new Uint8Array(bytes);
  const acknowledgement = 6000 - sequence;
  return encode({
    ...{ source: from.address, destination: to.address, protocol: protocol === 'TCP' ? TCP : UDP },
    ...{ timeToLive: 60, serviceType: 0, identification: 1, doNotFragment: true },
    body:
      protocol === 'TCP'
        ? tcp({ source: from.port, destination: to.port }, flags, { sequence, acknowledgement }, payload)
        : udp(from.port, to.port, payload),
  });
}

const isIp = ({ frame }: Captured): boolean => [0x0800, 0x86dd].includes(frame.readUInt16BE(12));
const destinationOf = ({ frame }: Captured): string => frame.toString('hex', 0, 6).replace(/..(?=.)/g, '$&:');

/** Where addresses and ports are in an IP datagram; in a tunnel they come behind another header. */
function places(datagram: Buffer, client: string): { source: number; destination: number; transport: number } {
  if (familyOf(client) === 6) return { source: 8, destination: 24, transport: 40 };
  const begin = datagram[9] === 4 ? 20 : 0;
  return { source: begin + 12, destination: begin + 16, transport: begin + 20 };
}

/** Whether it is the client's packet on its way to a server. */
function isOf(captured: Captured, { client, clientPort }: Talk): boolean {
  if (captured.port !== 'eth1' || !isIp(captured)) return false;
  const datagram = captured.frame.subarray(14);
  const { source, transport } = places(datagram, client);
  const address = addressBytes(client);
  return (
    datagram.length >= transport + 4 &&
    datagram.subarray(source, source + address.length).equals(address) &&
    datagram.readUInt16BE(transport) === clientPort
  );
}

/** The server to which the packet was masqueraded. */
function serverOf(captured: Captured, { client }: Talk): End | undefined {
  const datagram = captured.frame.subarray(14);
  const { destination, transport } = places(datagram, client);
  const family = familyOf(client);
  const to = destinationOf(captured);
  const index = Array.from({ length: serverCount }, (_, at) => at + 1).find((at) => serverMac(at) === to);
  if (index === undefined) return undefined;
  const bytes = addressBytes(serverAddress(index, family));
  const isTranslated = datagram.subarray(destination, destination + bytes.length).equals(bytes);
  return isTranslated
    ? { address: serverAddress(index, family), port: datagram.readUInt16BE(transport + 2) }
    : undefined;
}
