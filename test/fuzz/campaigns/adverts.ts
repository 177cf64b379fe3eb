import { encodeAdvert, vrrpMulticastAddress, vrrpMulticastAddress6 } from '../../../director/engine/vrrp/advert.ts';
import type { Advert } from '../../../director/engine/vrrp/advert.ts';
import { encodeDatagram } from '../../../director/engine/vrrp/datagram.ts';
import { VrrpRouter } from '../../../director/engine/vrrp/router.ts';
import { base } from '../../../director/engine/vrrp/simulated-instances.ts';
import type { Attack, Campaign } from '../campaign.ts';
import { mutateBytes, oneOf, pick } from '../mutate.ts';
import type { Random } from '../mutate.ts';

const instances = [
  base,
  { ...base, name: 'V3', version: 3 as const, vrid: 52, advertIntervalMs: 100, password: undefined },
  {
    ...base,
    name: 'V6',
    version: 3 as const,
    vrid: 53,
    password: undefined,
    virtualAddresses: [{ address: 'fe80::200', prefixLength: 64, interface: 'eth0' }],
  },
].map(({ password, ...instance }) => (password === undefined ? instance : { ...instance, password }));

/** Sound, damaged and made-up advertisements, with whatever time passes between them. */
class AdvertAttack implements Attack {
  readonly #random: Random;
  readonly #router = new VrrpRouter({ instances }, 0);
  #now = 0;
  #packet: Uint8Array = new Uint8Array();

  constructor(random: Random) {
    this.#random = random;
    this.#router.start(0);
    this.#router.setLink('eth0', { up: true, ipv4: '192.168.1.101', ipv6: 'fe80::101' }, 0);
  }

  step(): void {
    const random = this.#random;
    this.#now += random() < 0.9 ? random() * 10 : random() * 2000;
    this.#packet = this.#makePacket();
    this.#router.receive('eth0', this.#packet, this.#now);
    if (this.#router.nextTimeoutAt <= this.#now) this.#router.tick(this.#now);
  }

  describe(): string {
    return Buffer.from(this.#packet).toString('hex');
  }

  verify(): void {
    const states = this.#router.status().map(({ state }) => state);
    if (states.length !== instances.length) throw new Error(`${states.length} instances are left`);
    // Left alone for longer than three of the longest intervals, every instance takes its addresses: no timer is broken.
    const end = this.#now + 4 * 41_000;
    while (this.#now < end) {
      this.#now = Math.max(this.#now + 1, Math.min(this.#router.nextTimeoutAt, end));
      this.#router.tick(this.#now);
    }
    for (const { configuration, state } of this.#router.status())
      if (state !== 'MASTER') throw new Error(`${configuration.name} is ${state} although nobody is heard`);
  }

  #makePacket(): Uint8Array {
    const random = this.#random;
    const isIpv6 = random() < 0.3;
    const source = isIpv6 ? 'fe80::102' : '192.168.1.102';
    const destination = isIpv6 ? vrrpMulticastAddress6 : vrrpMulticastAddress;
    const path = { source, destination };
    const sound = encodeAdvert(this.#advert(isIpv6), path);
    // A fault inside the advert with a checksum that is right all the same gets further in.
    const payload = random() < 0.5 ? sound : mutateBytes(random, sound);
    const packet = encodeDatagram({ source, destination, ttl: 255, payload });
    return random() < 0.3 ? mutateBytes(random, packet) : packet;
  }

  #advert(isIpv6: boolean): Advert {
    const random = this.#random;
    const version = isIpv6 || random() < 0.5 ? 3 : 2;
    const addresses = isIpv6 ? ['fe80::200'] : ['192.168.1.200'];
    const extra = random() < 0.2 ? Array.from({ length: pick(random, 20) }, (_, index) => `10.0.0.${index}`) : [];
    return {
      version,
      vrid: oneOf(random, [51, 52, 53, pick(random, 256)]),
      priority: pick(random, 256),
      advertIntervalMs: version === 2 ? 1000 * pick(random, 255) : 10 * pick(random, 4096),
      addresses: isIpv6 ? addresses : [...addresses, ...extra],
    };
  }
}

export const adverts: Campaign = {
  steps: { full: 1_000_000, short: 20_000 },
  begin: (random) => new AdvertAttack(random),
};
