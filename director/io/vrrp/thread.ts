import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { assertNever } from '../../engine/assert-never.ts';
import { Lateness } from '../../engine/lateness.ts';
import { addressesOf, familyOf, type VrrpConfiguration } from '../../engine/vrrp/configuration.ts';
import { multicastGroupOf } from '../../engine/vrrp/advert-actions.ts';
import { VrrpRouter } from '../../engine/vrrp/router.ts';
import { epochNow, monotonicNow, toEpoch } from '../clock.ts';
import * as libc from '../libc.ts';
import { Actuator } from './actuator.ts';
import type { Wanted } from './advert-sockets.ts';
import { Interfaces } from './interfaces.ts';
import type { VrrpCommand, VrrpMessage, VrrpThreadData } from './messages.ts';
import { becomeRealTime } from './scheduling.ts';

const pollIn = 1;
/** Figures that change all the time are sent this often at most. */
const statusEveryMs = 1000;

function send(message: VrrpMessage): void {
  parentPort?.postMessage(message);
}

/**
 * The VRRP thread: one loop around ppoll(2), without an event loop under it, so that an advert waits for nothing but its
 * time. Everything it does on a take-over is a system call of its own.
 */
export function runThread(data: unknown): void {
  const { configuration, wakeFd } = data as VrrpThreadData;
  const loop = new VrrpLoop(configuration, wakeFd);
  try {
    loop.run();
  } finally {
    loop.close();
  }
  send({ type: 'stopped' });
}

class VrrpLoop {
  readonly #wakeFd: number;
  readonly #interfaces = new Interfaces();
  readonly #actuator: Actuator;
  readonly #router: VrrpRouter;
  readonly #lateness = new Lateness();
  readonly #scheduling = becomeRealTime();
  #configuration: VrrpConfiguration;
  #running = true;
  #statusAt = -Infinity;

  constructor(configuration: VrrpConfiguration, wakeFd: number) {
    this.#wakeFd = wakeFd;
    this.#configuration = configuration;
    this.#actuator = new Actuator(this.#interfaces, {
      event: (event) => send({ type: 'event', event }),
      notify: ({ subject, commands, line, last }) => send({ type: 'notify', subject, commands, line, last }),
      state: () => this.#tellState(),
    });
    this.#router = new VrrpRouter(configuration, monotonicNow());
    const { policy, reason } = this.#scheduling;
    const level = policy === 'fifo' ? 'info' : 'warn';
    send({ type: 'event', event: { type: 'log', at: epochNow(), level, message: `VRRP timers: ${reason}` } });
  }

  run(): void {
    this.#followInterfaces();
    this.#actuator.perform(this.#router.start(monotonicNow()));
    while (this.#running) this.#turn();
    this.#sendStatus(monotonicNow());
  }

  close(): void {
    this.#actuator.close();
    this.#interfaces.close();
  }

  #turn(): void {
    if (monotonicNow() - this.#statusAt >= statusEveryMs) this.#sendStatus(monotonicNow());
    const due = this.#router.nextTimeoutAt;
    const sockets = this.#actuator.sockets.receivers;
    const fds = [this.#wakeFd, this.#interfaces.noticeFd, ...sockets.map(({ receiver }) => receiver.fd)];
    const descriptors = Int32Array.from(fds.flatMap((fd) => [fd, pollIn]));
    libc.ppoll(descriptors, Math.min(due - monotonicNow(), statusEveryMs));
    const ready = (position: number): boolean => (descriptors[position * 2 + 1] ?? 0) >>> 16 !== 0;
    // What was heard comes first: an advert that is here already must count before the timer that waited for it.
    sockets.forEach(({ device, receiver }, index) => {
      if (ready(index + 2)) this.#receive(device, () => receiver.receive());
    });
    const now = monotonicNow();
    if (now >= due) {
      this.#lateness.record(now - due);
      this.#actuator.perform(this.#router.tick(now));
    }
    if (ready(1)) this.#followInterfaces();
    if (ready(0)) this.#obey();
  }

  #receive(device: string, next: () => Uint8Array | undefined): void {
    for (let packet = this.#attempt(device, next); packet; packet = this.#attempt(device, next)) {
      const verdict = this.#router.receive(device, packet, monotonicNow());
      if ('advert' in verdict) {
        const { instance, advert: received } = verdict;
        const { priority } = received.advert;
        const { source } = received;
        send({
          type: 'event',
          event: { type: 'advert', at: epochNow(), instance, direction: 'received', priority, source },
        });
      }
      this.#actuator.perform(verdict.actions);
    }
  }

  /** A link that went down leaves an error in the socket; reading it is enough, the link's notice does the rest. */
  #attempt(device: string, next: () => Uint8Array | undefined): Uint8Array | undefined {
    try {
      return next();
    } catch (error) {
      if (!(error instanceof libc.SystemError)) throw error;
      const message = `Listening on ${device}: ${error.message}`;
      send({ type: 'event', event: { type: 'log', at: epochNow(), level: 'warn', message } });
      return undefined;
    }
  }

  #followInterfaces(): void {
    this.#interfaces.refresh();
    const virtual = this.#configuration.instances.flatMap(addressesOf).map(({ address }) => address);
    const wanted = this.#wantedSockets();
    // What is new is opened before the engine hears of it, and what is not needed any more is closed after its last word.
    this.#actuator.sockets.open(wanted);
    for (const device of this.#router.interfaces)
      this.#actuator.perform(this.#router.setLink(device, this.#interfaces.link(device, virtual), monotonicNow()));
    this.#actuator.sockets.keep(wanted);
  }

  /** A socket for each interface that is up and family that is spoken there. */
  #wantedSockets(): Wanted[] {
    const wanted = new Map<string, Wanted>();
    for (const instance of this.#configuration.instances) {
      const device = instance.interface;
      const family = familyOf(instance);
      const entry = this.#interfaces.get(device);
      if (!entry?.up) continue;
      const groups = new Set(wanted.get(`${device} ${family}`)?.groups);
      if (!instance.unicast) groups.add(multicastGroupOf(instance));
      wanted.set(`${device} ${family}`, { device, index: entry.index, family, groups: [...groups].sort() });
    }
    return [...wanted.values()];
  }

  #obey(): void {
    libc.read(this.#wakeFd, new Uint8Array(8));
    if (!parentPort) return;
    for (let entry = receiveMessageOnPort(parentPort); entry; entry = receiveMessageOnPort(parentPort))
      this.#command(entry.message as VrrpCommand);
  }

  #command(command: VrrpCommand): void {
    switch (command.type) {
      case 'stop':
        this.#running = false;
        this.#actuator.perform(this.#router.stop(monotonicNow()));
        break;
      case 'reconfigure':
        this.#configuration = command.configuration;
        this.#actuator.sockets.open(this.#wantedSockets());
        this.#actuator.perform(this.#router.reconfigure(command.configuration, monotonicNow()));
        this.#followInterfaces();
        this.#tellState();
        send({ type: 'reconfigured' });
        break;
      case 'script-result':
        this.#actuator.perform(this.#router.scriptResult(command.name, command.result, monotonicNow()));
        break;
      case 'yield':
        this.#actuator.perform(this.#router.yield(command.yielding, monotonicNow()));
        this.#statusAt = -Infinity;
        break;
      case 'file-value':
        this.#actuator.perform(this.#router.fileValue(command.name, command.value, monotonicNow()));
        break;
      default:
        assertNever(command);
    }
  }

  #tellState(): void {
    const masters = this.#router.status().filter(({ state }) => state === 'MASTER');
    send({ type: 'held', addresses: masters.flatMap(({ configuration }) => addressesOf(configuration)) });
    // The figures can wait until the addresses are where they belong.
    this.#statusAt = -Infinity;
  }

  #sendStatus(now: number): void {
    this.#statusAt = now;
    const instances = this.#router.status().map((entry) => ({ ...entry, since: toEpoch(entry.since) }));
    const receiveProblems = Object.fromEntries(this.#router.receiveProblems);
    const status = { instances, receiveProblems, scheduling: this.#scheduling, lateness: this.#lateness.summary() };
    send({ type: 'status', status });
  }
}
