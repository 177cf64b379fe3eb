import { parseAddress } from '../../../director/engine/address.ts';
import { Balancer } from '../../../director/engine/ipvs/balancer.ts';
import { ConnectionTable } from '../../../director/engine/ipvs/connection-table.ts';
import type { Hop } from '../../../director/engine/ipvs/decision.ts';
import { Forwarder } from '../../../director/engine/ipvs/forwarder.ts';
import { ServiceTable } from '../../../director/engine/ipvs/service-table.ts';
import { frame } from '../../../director/engine/packet/packet-builder.ts';
import type { FrameBuilder } from '../../../director/engine/packet/packet-builder.ts';
import { Packet } from '../../../director/engine/packet/packet.ts';
import type { Attack, Campaign } from '../campaign.ts';
import { mutateBytes, oneOf, pick } from '../mutate.ts';
import type { Random } from '../mutate.ts';
import { addServices, TableWitness } from '../table.ts';

const MOST_ENTRIES = 8192;
const virtual4 = '10.9.0.100';
const virtual6 = '2001:db8::64';
/** As a ring has it: the virtio header before the frame, and room for what a tunnel or FTP adds behind. */
const ROOM = 4096;
const POOL = 1024;

const flags = ['SYN', 'ACK', 'SYN+ACK', 'FIN+ACK', 'RST', 'PSH+ACK', 'SYN+FIN'];

function bytesOf(builder: FrameBuilder): Uint8Array {
  const { bytes, start, length } = builder.packet();
  return bytes.subarray(start, start + length);
}

class PacketAttack implements Attack {
  readonly #random: Random;
  readonly #services = new ServiceTable();
  readonly #connections: ConnectionTable;
  readonly #witness: TableWitness;
  readonly #forwarder: Forwarder<Hop>;
  readonly #buffer = new Uint8Array(ROOM);
  readonly #packet = new Packet(this.#buffer);
  #now = 0;
  #length = 0;
  /** Sound frames, and damaged ones: mutations of mutations get further. */
  readonly #pool: Uint8Array[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#connections = new ConnectionTable(MOST_ENTRIES, pick(random, 2 ** 32), 0);
    addServices(this.#services);
    this.#witness = new TableWitness(this.#services, this.#connections);
    const source = Uint32Array.of(0, 0, 0, 0x0a090001);
    const hops = [1500, 1280, 576].map((mtu): Hop => ({ mtu, isLocal: false, source }));
    const local: Hop = { mtu: 65_536, isLocal: true, source };
    this.#forwarder = new Forwarder(new Balancer(this.#services, this.#connections), {
      find: () => (random() < 0.02 ? undefined : random() < 0.02 ? local : oneOf(random, hops)),
      local,
      isLocal: (_family, _words, _at, mark) => mark !== 0,
    });
    this.#forwarder.setLocalAddresses([virtual4, virtual6].flatMap((text) => parseAddress(text) ?? []));
  }

  step(): void {
    const random = this.#random;
    this.#now += random() * 2;
    const bytes = this.#makeFrame();
    this.#length = Math.min(bytes.length, 2048);
    this.#buffer.set(bytes.subarray(0, this.#length), 64);
    const isPartial = random() < 0.1;
    const segmentSize = random() < 0.05 ? pick(random, 3000) : 0;
    if (this.#packet.load(64, this.#length, isPartial, segmentSize)) {
      this.#packet.mark = random() < 0.1 ? 7 : 0;
      this.#forwarder.handle(this.#packet, this.#now);
      this.#forwarder.takeReleased();
    }
    if (random() < 0.001) this.#forwarder.expire((this.#now += random() * 100_000));
  }

  describe(): string {
    return Buffer.from(this.#buffer.subarray(64, 64 + this.#length)).toString('hex');
  }

  verify(): void {
    this.#witness.verify();
    this.#verifyService();
  }

  /** A connection begun now goes through: whatever came in has not worn anything out. */
  #verifyService(): void {
    this.#forwarder.expire((this.#now += 2_000_000));
    const bytes = bytesOf(frame('10.200.0.1', virtual4).tcp(1, 80, 'SYN'));
    this.#buffer.set(bytes, 64);
    this.#packet.load(64, bytes.length);
    this.#packet.mark = 0;
    for (let attempt = 0; attempt < 20; attempt++)
      if (this.#forwarder.handle(this.#packet, this.#now).type === 'forward') return;
    throw new Error('A new connection is not forwarded any more');
  }

  /** Making sound frames takes longer than forwarding them: most are taken from the pool, which changes slowly. */
  #makeFrame(): Uint8Array {
    const random = this.#random;
    const isPoolFull = this.#pool.length === POOL;
    const known = isPoolFull && random() < 0.98 ? oneOf(random, this.#pool) : bytesOf(this.#sound());
    const bytes = random() < 0.4 ? known : mutateBytes(random, known);
    if (!isPoolFull) this.#pool.push(known);
    else if (random() < 0.02) this.#pool[pick(random, POOL)] = random() < 0.5 ? bytes : known;
    return bytes;
  }

  #sound(): FrameBuilder {
    const random = this.#random;
    const isIpv6 = random() < 0.3;
    const client = isIpv6 ? `2001:db8:f::${pick(random, 500).toString(16)}` : `10.9.1.${pick(random, 250)}`;
    const virtual = isIpv6 ? virtual6 : virtual4;
    const server = isIpv6 ? '2001:db8:0:1::2' : oneOf(random, ['172.16.1.2', '172.16.2.2']);
    const [source, destination] = random() < 0.6 ? [client, virtual] : [server, client];
    const builder = frame(source, destination).ttl(oneOf(random, [64, 64, 64, 1, 0]));
    const clientPort = 1024 + pick(random, 200);
    const servicePort = oneOf(random, [80, 53, 21, 8080, 20]);
    const [from, to] = source === client ? [clientPort, servicePort] : [servicePort, clientPort];
    const kind = random();
    if (kind < 0.6) return builder.tcp(from, to, oneOf(random, flags));
    if (kind < 0.85) return builder.udp(from, to);
    return builder.tcp(from, to, 'ACK').data(oneOf(random, ['PORT 10,9,1,1,4,1\r\n', 'EPRT |1|10.9.1.1|1|\r\n']));
  }
}

export const packets: Campaign = {
  steps: { full: 10_000_000, short: 100_000 },
  begin: (random) => new PacketAttack(random),
};
