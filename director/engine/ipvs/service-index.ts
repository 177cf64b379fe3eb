import type { Address, Family } from '../address.ts';
import type { VirtualService } from './service.ts';

/** Finds virtual services without making an object: buckets by a small hash, as ip_vs_svc_table has them. */
export class ServiceIndex {
  private readonly buckets = new Map<number, VirtualService[]>();
  private readonly marks = new Map<number, VirtualService[]>();
  private readonly ports = new Map<number, number>();

  add(service: VirtualService): void {
    this.bucketOf(service).push(service);
    this.ports.set(service.port, this.countOnPort(service.port) + 1);
  }

  remove(service: VirtualService): void {
    const bucket = this.bucketOf(service);
    bucket.splice(bucket.indexOf(service), 1);
    this.ports.set(service.port, this.countOnPort(service.port) - 1);
  }

  private bucketOf(service: VirtualService): VirtualService[] {
    const { address, protocol, port, mark } = service;
    const [table, key] =
      mark === 0
        ? ([this.buckets, hash(address.family, protocol, address.words, 0, port)] as const)
        : ([this.marks, mark] as const);
    const bucket = table.get(key) ?? [];
    table.set(key, bucket);
    return bucket;
  }

  /** Also counts services by mark, whose port is 0, as the kernel does. */
  countOnPort(port: number): number {
    return this.ports.get(port) ?? 0;
  }

  find(family: Family, protocol: number, words: Uint32Array, at: number, port: number): VirtualService | undefined {
    const bucket = this.buckets.get(hash(family, protocol, words, at, port));
    if (bucket === undefined) return undefined;
    for (const service of bucket) {
      const own = service.address.words;
      if (
        service.port === port &&
        service.protocol === protocol &&
        service.address.family === family &&
        own[3] === words[at + 3] &&
        own[2] === words[at + 2] &&
        own[1] === words[at + 1] &&
        own[0] === words[at]
      )
        return service;
    }
    return undefined;
  }

  findAddress(protocol: number, address: Address, port: number): VirtualService | undefined {
    return this.find(address.family, protocol, address.words, 0, port);
  }

  findMark(family: Family, mark: number): VirtualService | undefined {
    const bucket = this.marks.get(mark);
    if (bucket === undefined) return undefined;
    for (const service of bucket) if (service.address.family === family) return service;
    return undefined;
  }

  /** In the order in which they were added, marks last. */
  all(): VirtualService[] {
    return [...this.buckets.values(), ...this.marks.values()].flat();
  }
}

function hash(family: Family, protocol: number, words: Uint32Array, at: number, port: number): number {
  const address = (words[at] ?? 0) ^ (words[at + 1] ?? 0) ^ (words[at + 2] ?? 0) ^ (words[at + 3] ?? 0);
  return Math.imul(address, 31) ^ (protocol << 16) ^ port ^ family;
}
