import type { DirectorEvent } from '../../director/index.ts';
import type { LabHandle } from '../lab/lab-service.ts';
import { watchAddresses } from './address-witness.ts';
import type { Watch } from './address-witness.ts';
import { captureAdverts } from './advert-capture.ts';
import type { Recording } from './recording.ts';
import type { Subject } from './subject.ts';

/** Everything that watches the lab during one drill, and writes down what it sees. */
export class Observers {
  readonly #lab: LabHandle;
  readonly #subject: Subject;
  readonly #recording: Recording;
  readonly #closers: (() => void)[] = [];

  constructor(lab: LabHandle, subject: Subject, recording: Recording) {
    this.#lab = lab;
    this.#subject = subject;
    this.#recording = recording;
  }

  async start(): Promise<void> {
    this.#closers.push(
      this.#lab.onDirectorEvent((node, event) => {
        this.#record(node, event);
      }),
    );
    await this.watchKernel(this.#subject.drill.victim);
    for (const node of this.#subject.standbys) await this.watchKernel(node);
    const listener = this.#subject.standbys[0];
    if (listener !== undefined && !this.#speaks(listener)) await this.#captureOn(listener);
  }

  /** Writes down every virtual address that comes to, or leaves, the kernel of `node` while it runs. */
  async watchKernel(node: string): Promise<void> {
    const watch = await watchAddresses(await this.#lab.connection(node), (change) => {
      if (this.#subject.virtualAddresses.includes(change.address))
        this.#recording.event({ type: 'address', node, ...change });
    });
    this.#add(watch);
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }

  #add(watch: Watch): void {
    this.#closers.push(() => {
      watch.close();
    });
  }

  #speaks(node: string): boolean {
    return this.#lab.status().directors.some((director) => director.node === node && director.snapshot !== undefined);
  }

  async #captureOn(node: string): Promise<void> {
    const watch = await captureAdverts(await this.#lab.connection(node), (advert) => {
      const instance = this.#lab.testbed.vrrp.instances.find((candidate) => candidate.vrid === advert.vrid);
      if (instance !== undefined) this.#heard({ ...advert, instance: instance.name });
    });
    if (watch !== undefined) this.#add(watch);
  }

  // Addresses come from the kernel, not from here: see watchKernel.
  #record(node: string, event: DirectorEvent): void {
    if (event.type === 'vrrp-state') {
      const { at, instance, from, to, reason } = event;
      this.#recording.event({ type: 'vrrp-state', at, node, instance, from, to, reason });
    } else if (event.type === 'gratuitous-arp') {
      this.#recording.event({ type: 'gratuitous-arp', at: event.at, node, address: event.address });
    } else if (event.type === 'advert' && event.direction === 'received' && node !== this.#subject.drill.victim) {
      this.#heard(event);
    }
  }

  #heard(advert: { at: number; instance: string; priority: number; source: string }): void {
    if (!this.#subject.victimAddresses.has(advert.source)) return;
    this.#recording.advert({ at: advert.at, instance: advert.instance, priority: advert.priority });
  }
}
