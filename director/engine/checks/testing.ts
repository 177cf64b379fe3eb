import { Checker, type CheckAction } from './checker.ts';
import type {
  CheckConfiguration,
  RealServerConfiguration,
  TcpCheckConfiguration,
  VirtualServerConfiguration,
} from './configuration.ts';
import type { CheckResult } from './result.ts';

/** For tests of the engine: configurations with the document's times, and a network on a virtual clock. */
export const tcpCheck = (address: string, changes: Partial<TcpCheckConfiguration> = {}): TcpCheckConfiguration => ({
  kind: 'TCP_CHECK',
  address,
  port: 53,
  timeoutMs: 3000,
  retries: 1,
  delayBeforeRetryMs: 1000,
  intervalMs: 3000,
  warmupMs: 3000,
  ...changes,
});

export const realServer = (
  address: string,
  changes: Partial<RealServerConfiguration> = {},
): RealServerConfiguration => ({
  address,
  port: 53,
  forwarding: 'masq',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  startsDown: false,
  checks: [tcpCheck(address)],
  ...changes,
});

export const virtualServer = (
  realServers: readonly RealServerConfiguration[],
  changes: Partial<VirtualServerConfiguration> = {},
): VirtualServerConfiguration => ({
  protocol: 'UDP',
  address: '192.168.1.200',
  port: 53,
  scheduler: 'rr',
  schedulerFlags: [],
  onePacket: false,
  quorum: 1,
  hysteresis: 0,
  notifiesOnStop: false,
  realServers,
  ...changes,
});

/** Answers attempts from lists of dead servers. */
export class VirtualNetwork {
  readonly checker = new Checker(() => 0);
  readonly refusing = new Set<string>();
  readonly silent = new Set<string>();
  /** What an attempt is answered with, by kind of check. */
  readonly answers = new Map<CheckConfiguration['kind'], CheckResult>();
  readonly said: string[] = [];
  readonly notified: string[] = [];
  readonly attempts: string[] = [];
  now = 0;

  configure(...virtualServers: VirtualServerConfiguration[]): void {
    this.take(this.checker.configure(virtualServers, this.now));
  }

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (this.checker.nextTimeoutAt <= end) {
      this.now = Math.max(this.now, this.checker.nextTimeoutAt);
      this.take(this.checker.tick(this.now));
    }
    this.now = end;
  }

  take(actions: readonly CheckAction[]): void {
    for (const action of actions) this.#one(action);
  }

  table(): string[] {
    return this.checker.services.flatMap(({ servers }) => servers.map(({ address, weight }) => `${address} ${weight}`));
  }

  #one(action: CheckAction): void {
    if (action.type === 'verdict')
      this.said.push(`${this.now} ${action.status.server.address} ${action.status.up ? 'up' : 'down'}`);
    if (action.type === 'notify') this.notified.push(action.notify.command.join(' '));
    if (action.type === 'service') this.notified.push(`(${action.news.what} ${action.news.up ? 'up' : 'down'})`);
    if (action.type !== 'start') return;
    const { check } = action;
    this.attempts.push(`${this.now} ${check.kind}`);
    const address = 'address' in check ? check.address : '';
    if (this.silent.has(address)) return;
    const refused: CheckResult = { ok: false, reason: 'connection refused' };
    const result = this.refusing.has(address)
      ? refused
      : (this.answers.get(check.kind) ?? { ok: true, reason: 'connected in 0.5 ms' });
    this.take(this.checker.finish(action.key, action.attempt, result, this.now));
  }
}
