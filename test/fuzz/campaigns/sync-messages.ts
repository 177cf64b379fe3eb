import { ConnectionAdapter } from '../../../director/engine/sync/connection-adapter.ts';
import { SyncBackup } from '../../../director/engine/sync/backup.ts';
import { SyncConnection } from '../../../director/engine/sync/connection.ts';
import { MessageReader } from '../../../director/engine/sync/message-reader.ts';
import { MessageWriter } from '../../../director/engine/sync/message-writer.ts';
import { SyncMemory } from '../../../director/engine/sync/sync-memory.ts';
import { Balancer } from '../../../director/engine/ipvs/balancer.ts';
import { ConnectionTable } from '../../../director/engine/ipvs/connection-table.ts';
import { ServiceTable } from '../../../director/engine/ipvs/service-table.ts';
import type { Attack, Campaign } from '../campaign.ts';
import { mutateBytes, oneOf, pick } from '../mutate.ts';
import type { Random } from '../mutate.ts';
import { addServices, TableWitness } from '../table.ts';

const MOST_ENTRIES = 4096;

class SyncAttack implements Attack {
  readonly #random: Random;
  readonly #services = new ServiceTable();
  readonly #connections: ConnectionTable;
  readonly #balancer: Balancer;
  readonly #backup: SyncBackup;
  readonly #reader = new MessageReader(0);
  readonly #witness: TableWitness;
  #now = 0;
  #message: Uint8Array = new Uint8Array();

  constructor(random: Random) {
    this.#random = random;
    this.#connections = new ConnectionTable(MOST_ENTRIES, pick(random, 2 ** 32), 0);
    this.#balancer = new Balancer(this.#services, this.#connections);
    addServices(this.#services);
    this.#witness = new TableWitness(this.#services, this.#connections);
    const adapter = new ConnectionAdapter(this.#connections, this.#services, this.#balancer.life);
    this.#backup = new SyncBackup(adapter, new SyncMemory());
  }

  step(): void {
    const random = this.#random;
    this.#now += random() * 5;
    const sound = this.#sound();
    this.#message = random() < 0.1 ? sound : mutateBytes(random, sound);
    // A true length lets the fault get past the first door.
    if (random() < 0.7 && this.#message.length >= 4)
      new DataView(this.#message.buffer, this.#message.byteOffset).setUint16(2, this.#message.length);
    this.#reader.read(this.#message, (connection) => this.#backup.take(connection, 3, this.#now));
    if (random() < 0.01) this.#balancer.expire((this.#now += 10_000));
  }

  describe(): string {
    return Buffer.from(this.#message).toString('hex');
  }

  verify(): void {
    this.#witness.verify();
  }

  #sound(): Uint8Array {
    const random = this.#random;
    const writer = new MessageWriter(pick(random, 256), 1472, random() < 0.2 ? 0 : 1);
    for (let count = pick(random, 6); count >= 0; count--) writer.add(this.#connection());
    return writer.finish();
  }

  #connection(): SyncConnection {
    const random = this.#random;
    const connection = new SyncConnection();
    const isIpv6 = random() < 0.3;
    connection.family = isIpv6 ? 6 : 4;
    connection.protocol = oneOf(random, [6, 17, 6, 17, 0]);
    connection.state = pick(random, 11);
    connection.flags = oneOf(random, [0, 1, 2, 3, 0x100, 0x1000, 0x180, pick(random, 0x4000)]);
    connection.clientPort = pick(random, 65536);
    connection.virtualPort = oneOf(random, [80, 53, pick(random, 65536)]);
    connection.serverPort = oneOf(random, [80, 53, 8080]);
    connection.timeoutSeconds = oneOf(random, [0, 3, 900, 0xffff_ffff]);
    connection.mark = oneOf(random, [0, 0, 7]);
    const [prefix, last] = isIpv6 ? [0x20010db8, pick(random, 999)] : [0, 0x0a000000 + pick(random, 999)];
    connection.addresses.set([prefix, 0, 0, last, prefix, 0, 0, isIpv6 ? 100 : 0x0a090064], 0);
    connection.addresses.set([prefix, 0, 0, isIpv6 ? 2 : 0xac100102], 8);
    if (random() < 0.2) {
      const shift = { initial: pick(random, 2 ** 32), delta: pick(random, 2 ** 32), previousDelta: 0 };
      connection.sequences = { input: shift, output: shift };
    }
    if (random() < 0.1) connection.engine = { name: 'sip', data: new Uint8Array(1 + pick(random, 40)) };
    return connection;
  }
}

export const syncMessages: Campaign = {
  steps: { full: 1_000_000, short: 20_000 },
  begin: (random) => new SyncAttack(random),
};
