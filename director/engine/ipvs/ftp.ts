import { TCP_SYN } from '../packet/packet.ts';
import type { Packet } from '../packet/packet.ts';
import { replacePayload } from '../packet/payload.ts';
import { writeTransportChecksum } from '../packet/finish-checksum.ts';
import type { Address } from '../address.ts';
import type { Balancer } from './balancer.ts';
import { CLIENT, ConnectionKeyBuffer, SERVER, VIRTUAL } from './connection-columns.ts';
import { FLAG_FORWARDING_MASK, FLAG_NO_CLIENT_PORT, FORWARD_MASQUERADE } from './connection-flags.ts';
import {
  readExtendedPassiveReply,
  readExtendedPortCommand,
  readPassiveReply,
  readPortCommand,
  writeEndpoint,
} from './ftp-text.ts';
import { SequenceShift } from './sequence-shift.ts';
import { FTP_PORT } from './service.ts';
import { TCP_STATE_ESTABLISHED, TCP_STATE_LISTEN } from './tcp-states.ts';

const PROTOCOL_TCP = 6;
/** Shifts that are remembered: of connections, not of packets. The oldest go first. */
const MOST_SHIFTS = 4096;

interface Shifted {
  readonly shift: SequenceShift;
  /** Which connection had the entry then. */
  readonly clientPort: number;
}

/**
 * What ip_vs_ftp does for masqueraded control connections: entries for the data connections that are agreed on, before they
 * begin, and the virtual address in the place of the server's in replies to PASV, with everything that hangs on a payload of
 * another length.
 */
export class FtpHelper {
  private readonly balancer: Balancer;
  private readonly expected: (client: Address, port: number) => void;
  private readonly key = new ConnectionKeyBuffer();
  private readonly shifts = new Map<number, Shifted>();

  /** `expected` is called before the server may open a data connection to this address and port of its client. */
  constructor(balancer: Balancer, expected: (client: Address, port: number) => void = () => undefined) {
    this.balancer = balancer;
    this.expected = expected;
  }

  private isControl(entry: number, packet: Packet): boolean {
    const { connections } = this.balancer;
    return (
      connections.virtualPort(entry) === FTP_PORT &&
      packet.protocol === PROTOCOL_TCP &&
      !packet.isFragment() &&
      (connections.flags(entry) & FLAG_FORWARDING_MASK) === FORWARD_MASQUERADE
    );
  }

  /** A packet of the client, before it is rewritten. False: it cannot be helped and is dropped; the sender repeats it. */
  request(entry: number, packet: Packet, now: number): boolean {
    if (!this.isControl(entry, packet)) return true;
    if ((packet.tcpFlags() & TCP_SYN) !== 0) this.shifts.delete(entry);
    const shift = this.shiftOf(entry);
    if (shift?.isActive === true) {
      shift.restore(packet.view, packet.transport);
      repairChecksum(packet);
    }
    if (this.balancer.connections.state(entry) !== TCP_STATE_ESTABLISHED) return true;
    const payload = payloadOf(packet);
    const active = readPortCommand(payload) ?? readExtendedPortCommand(payload);
    if (active === undefined || active.address.family !== packet.family) return true;
    this.expectActive(entry, active.address, active.port, now);
    return true;
  }

  /** A packet of the server, before its source is rewritten. */
  answer(entry: number, packet: Packet, now: number): boolean {
    if (!this.isControl(entry, packet)) return true;
    const sequence = packet.view.getUint32(packet.transport + 4);
    const isEstablished = this.balancer.connections.state(entry) === TCP_STATE_ESTABLISHED;
    if (isEstablished && !this.readReply(entry, packet, sequence, now)) return false;
    const shift = this.shiftOf(entry);
    if (shift?.isActive !== true) return true;
    packet.view.setUint32(packet.transport + 4, shift.sequence(sequence));
    repairChecksum(packet);
    return true;
  }

  private readReply(entry: number, packet: Packet, sequence: number, now: number): boolean {
    const payload = payloadOf(packet);
    const { connections } = this.balancer;
    const at = connections.wordsAt(entry);
    const extended = readExtendedPassiveReply(payload);
    if (extended !== undefined) {
      this.expectPassive(entry, connections.addresses.slice(at + SERVER, at + SERVER + 4), extended, now);
      return true;
    }
    const passive = packet.family === 4 ? readPassiveReply(payload) : undefined;
    if (passive === undefined) return true;
    this.expectPassive(entry, passive.address.words, passive.port, now);
    const text = writeEndpoint(connections.addresses, at + VIRTUAL, passive.port);
    const difference = text.length - (passive.end - passive.start);
    if (!replacePayload(packet, passive.start, passive.end, text)) return false;
    if (difference !== 0) this.shiftFor(entry).change(sequence, difference);
    return true;
  }

  /** The client will come from a port that nobody knows yet. */
  private expectPassive(control: number, server: Uint32Array, port: number, now: number): void {
    this.fillKey(control, 0, port, port);
    this.key.setAddress(SERVER, server);
    this.listen(control, FLAG_NO_CLIENT_PORT, now);
  }

  /** The server will come from the port below its control port. */
  private expectActive(control: number, client: Address, port: number, now: number): void {
    const { connections } = this.balancer;
    this.fillKey(control, port, connections.virtualPort(control) - 1, connections.serverPort(control) - 1);
    this.key.setAddress(CLIENT, client.words);
    this.listen(control, 0, now);
    this.expected(client, port);
  }

  private fillKey(control: number, clientPort: number, virtualPort: number, serverPort: number): void {
    const { connections } = this.balancer;
    const { key } = this;
    const at = connections.wordsAt(control);
    key.family = connections.family(control);
    key.protocol = PROTOCOL_TCP;
    for (const which of [CLIENT, VIRTUAL, SERVER]) key.setAddress(which, connections.addresses, at + which);
    key.clientPort = clientPort;
    key.virtualPort = virtualPort;
    key.serverPort = serverPort;
    key.mark = connections.mark(control);
  }

  /** An entry in state LISTEN that the control connection controls, unless there is one already. */
  private listen(control: number, flags: number, now: number): void {
    const { connections, services, life } = this.balancer;
    const { key } = this;
    const flow = {
      family: key.family,
      protocol: key.protocol,
      addresses: key.addresses,
      sourcePort: key.clientPort,
      destinationPort: key.virtualPort,
      mark: 0,
    };
    let entry = connections.findIncoming(flow);
    if (entry === -1) {
      const destination = services.destination(connections.destination(control));
      entry = life.create(key, flags, destination, now);
      if (entry === -1) return;
      connections.setTemplate(entry, control);
    }
    const timeout = services.timeouts.tcp[TCP_STATE_LISTEN] ?? 0;
    connections.setState(entry, TCP_STATE_LISTEN);
    connections.setTimeout(entry, timeout);
    connections.setExpiry(entry, now + timeout);
  }

  private shiftOf(entry: number): SequenceShift | undefined {
    if (this.shifts.size === 0) return undefined;
    const found = this.shifts.get(entry);
    return found?.clientPort === this.balancer.connections.clientPort(entry) ? found.shift : undefined;
  }

  private shiftFor(entry: number): SequenceShift {
    const known = this.shiftOf(entry);
    if (known !== undefined) return known;
    const oldest = this.shifts.keys().next();
    if (this.shifts.size >= MOST_SHIFTS && oldest.done !== true) this.shifts.delete(oldest.value);
    const shift = new SequenceShift();
    this.shifts.set(entry, { shift, clientPort: this.balancer.connections.clientPort(entry) });
    return shift;
  }
}

function payloadOf(packet: Packet): Uint8Array {
  return packet.bytes.subarray(Math.min(packet.tcpPayload(), packet.end()), packet.end());
}

/** A partial checksum covers nothing that changed here. */
function repairChecksum(packet: Packet): void {
  if (!packet.partialChecksum) writeTransportChecksum(packet);
}
