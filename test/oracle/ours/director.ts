import type { TableCommand, TableResult } from '../../../director/api/table.ts';
import { runIpvsadmOn } from '../../../director/cli/ipvsadm/program.ts';
import { parseAddress } from '../../../director/engine/address.ts';
import { Balancer } from '../../../director/engine/ipvs/balancer.ts';
import { ConnectionTable } from '../../../director/engine/ipvs/connection-table.ts';
import { FtpHelper } from '../../../director/engine/ipvs/ftp.ts';
import { Forwarder } from '../../../director/engine/ipvs/forwarder.ts';
import { ServiceTable } from '../../../director/engine/ipvs/service-table.ts';
import { snapshotConnections, snapshotTable } from '../../../director/engine/ipvs/table-snapshot.ts';
import { TUNNEL_HEADROOM } from '../../../director/engine/packet/encapsulate.ts';
import { fragmentPacket } from '../../../director/engine/packet/fragment.ts';
import { ETHERNET_HEADER, Packet } from '../../../director/engine/packet/packet.ts';
import { ownFull, ownProc } from '../cases/listings.ts';
import type { FullListings, Output, ProcListings } from '../cases/record.ts';
import type { Scenario } from '../cases/scenario.ts';
import { ports, type Port } from '../guest/network.ts';
import { surroundings } from './command-line.ts';
import { GuestPaths, type TestHop } from './paths.ts';
import { procConnections, procServices } from './proc.ts';

/** `stack`: the packet went on into the host's own stack, or by its ordinary routes. */
export type Verdict = { readonly type: 'stack' } | { readonly type: 'outputs'; readonly outputs: readonly Output[] };

const mostConnections = 65_536;
/** Milliseconds, as in the director's own loop. */
const step = 250;

/** Our engine with the guest's addresses, routes and neighbours around it, and no network. */
export class OurDirector {
  readonly services = new ServiceTable();
  readonly connections: ConnectionTable;
  readonly balancer: Balancer;
  readonly #forwarder: Forwarder<TestHop>;
  #now: number;

  constructor(scenario: Pick<Scenario, 'virtuals'>, now: number) {
    this.#now = now;
    this.connections = new ConnectionTable(mostConnections, 1, now);
    this.balancer = new Balancer(this.services, this.connections);
    // The guest tells of every error too, see init.sh.
    this.#forwarder = new Forwarder(this.balancer, new GuestPaths(), new FtpHelper(this.balancer), {
      allow: () => true,
    });
    const own = Object.values(ports).flatMap(({ address, address6 }) => [address, address6]);
    const addresses = [...scenario.virtuals, ...own].map(parseAddress).filter((address) => address !== undefined);
    this.#forwarder.setLocalAddresses(addresses);
  }

  execute(commands: readonly TableCommand[], now: number): TableResult[] {
    this.advance(now);
    return commands.map((command) => this.services.execute(command, now));
  }

  /** What ends an entry, or lets it live on, happens when its time has come, also while nobody asks. */
  advance(now: number): void {
    for (; this.#now + step < now; this.#now += step) this.#forwarder.expire(this.#now + step);
    this.#now = Math.max(this.#now, now);
    this.#forwarder.expire(this.#now);
  }

  handle(port: Port, mark: number, datagram: Uint8Array, now: number): Verdict {
    this.advance(now);
    const packet = framed(datagram, port);
    if (packet === undefined) return { type: 'stack' };
    packet.mark = mark;
    const decision = this.#forwarder.handle(packet, now);
    switch (decision.type) {
      case 'pass':
        return { type: 'stack' };
      case 'drop': {
        if (decision.answer === undefined) return { type: 'outputs', outputs: [] };
        return { type: 'outputs', outputs: [answerTo(decision.answer)] };
      }
      case 'forward': {
        const { hop } = decision;
        if (hop.port === 'local') return { type: 'stack' };
        return { type: 'outputs', outputs: datagrams(packet, hop).map((one) => output(one, hop)) };
      }
    }
  }

  lookProc(scenario: Pick<Scenario, 'virtuals' | 'marks'>, now: number): ProcListings {
    this.advance(now);
    const services = procServices(snapshotTable(this.services));
    const connections = procConnections(snapshotConnections(this.connections, now));
    return ownProc({ services, connections }, scenario);
  }

  async lookFull(scenario: Pick<Scenario, 'virtuals' | 'marks'>, now: number): Promise<FullListings> {
    this.advance(now);
    const listings = {
      list: await this.#ipvsadm(['-L', '-n'], now),
      stats: await this.#ipvsadm(['-L', '-n', '--stats', '--exact'], now),
      thresholds: await this.#ipvsadm(['-L', '-n', '--thresholds'], now),
      persistent: await this.#ipvsadm(['-L', '-n', '--persistent-conn'], now),
      saved: await this.#ipvsadm(['-S', '-n'], now),
      connections: await this.#ipvsadm(['-L', '-c', '-n'], now),
    };
    return ownFull(listings, scenario);
  }

  async #ipvsadm(words: readonly string[], now: number): Promise<string> {
    const access = {
      table: () => Promise.resolve(snapshotTable(this.services)),
      connections: () => Promise.resolve(snapshotConnections(this.connections, now)),
      execute: () => Promise.reject(new Error('A listing changes nothing.')),
    };
    const { stdout, stderr } = await runIpvsadmOn(words, access, surroundings);
    if (stderr !== '') throw new Error(stderr);
    return stdout;
  }
}

/** The packet in a frame, as it would come in by a port; room in front for a tunnel's header. */
function framed(datagram: Uint8Array, port: Port): Packet | undefined {
  const length = ETHERNET_HEADER + datagram.length;
  const bytes = new Uint8Array(TUNNEL_HEADROOM + length + TUNNEL_HEADROOM);
  const type = (datagram[0] ?? 0) >> 4 === 4 ? 0x0800 : 0x86dd;
  new DataView(bytes.buffer).setUint16(TUNNEL_HEADROOM + 12, type);
  bytes.set(datagram, TUNNEL_HEADROOM + ETHERNET_HEADER);
  const packet = new Packet(bytes);
  packet.interfaceAddress.set(parseAddress(ports[port].address)?.words ?? []);
  packet.interfaceAddress6.set(parseAddress(ports[port].address6)?.words ?? []);
  return packet.load(TUNNEL_HEADROOM, length) ? packet : undefined;
}

function datagrams(packet: Packet, { mtu }: TestHop): Uint8Array[] {
  if (packet.ipLength > mtu) return fragmentPacket(packet, mtu);
  return [packet.bytes.slice(packet.ip, packet.ip + packet.ipLength)];
}

const output = (datagram: Uint8Array, { port, to }: TestHop): Output => ({
  port: port === 'eth0' ? 'eth0' : 'eth1',
  to,
  datagram: Buffer.from(datagram),
});

const paths = new GuestPaths();

/** What the director says itself takes the ordinary route. */
function answerTo(datagram: Uint8Array): Output {
  const isIpv4 = (datagram[0] ?? 0) >> 4 === 4;
  const words = new Uint32Array(4);
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  if (isIpv4) words[3] = view.getUint32(16);
  else for (let word = 0; word < 4; word++) words[word] = view.getUint32(24 + word * 4);
  const hop = paths.find(isIpv4 ? 4 : 6, words, 0);
  if (hop === undefined) throw new Error('An answer went to nowhere.');
  return output(datagram, hop);
}
