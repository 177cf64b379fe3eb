import { translateFirewall } from '../../engine/host-marks/host-marks.ts';
import type { FirewallListing } from '../../engine/host-marks/host-marks.ts';
import type { HostMarks } from '../../engine/host-marks/chains.ts';
import { describeUnmarked, unmarkedServices } from '../../engine/host-marks/unmarked-services.ts';
import type { MarkService } from '../../engine/host-marks/unmarked-services.ts';
import type { VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { MarkRule } from '../../engine/marks.ts';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log.ts';
import { hasSilentRules, listFirewall } from './firewall-listing.ts';
import { RulesetNotices } from './ruleset-notices.ts';

/** How often notices are looked for. */
const LOOK_PERIOD_MS = 200;
/** A firewall that changes all the time is listed no oftener than this. */
const LEAST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;
/** Rules of iptables-legacy tell nobody that they have changed; so often they are listed. */
const SILENT_PERIOD_MS = 5000;

/** The firewall of the host; another one in tests. */
export interface Firewall {
  list(): Promise<FirewallListing>;
  /** Rules are in use that no notice tells of. */
  isSilent(): boolean;
  watch(): { haveCome(): boolean; close(): void };
}

const hostFirewall: Firewall = {
  list: listFirewall,
  isSilent: hasSilentRules,
  watch: () => new RulesetNotices(),
};

/**
 * Follows the mark rules of the host's own firewall for a plane that sees packets before the firewall does. Nothing is
 * listed or watched while no service goes by a mark.
 */
export class HostMarkFollower {
  readonly #log: Log;
  readonly #apply: (rules: readonly MarkRule[]) => void;
  readonly #firewall: Firewall;
  #own: readonly MarkRule[] = [];
  #host: readonly MarkRule[] = [];
  #applied = '[]';
  #services: readonly MarkService[] = [];
  readonly #told = new Set<string>();
  #watch: { haveCome(): boolean; close(): void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isListing = false;
  #isOld = false;
  /** Milliseconds of `performance.now`. */
  #listedAt = -Infinity;
  /** Failures that have followed each other. */
  #failures = 0;
  #isStopped = false;

  /** `apply` gets all rules in force, those of the configuration first. */
  constructor(log: Log, apply: (rules: readonly MarkRule[]) => void, firewall: Firewall = hostFirewall) {
    this.#log = log;
    this.#apply = apply;
    this.#firewall = firewall;
  }

  /** The rules of the configuration. */
  setOwn(rules: readonly MarkRule[]): void {
    this.#own = rules;
    this.#applyAll();
    // Asked for again by a reload: rules of iptables-legacy are best followed by one.
    if (this.#watch !== undefined) this.#refresh();
  }

  /** All services that the plane has now; to be called whenever the table changes. */
  setServices(services: readonly MarkService[]): void {
    if (this.#isStopped || JSON.stringify(services) === JSON.stringify(this.#services)) return;
    this.#services = services;
    if (services.length === 0) this.#rest();
    else if (this.#watch === undefined) this.#start();
    else this.#tellUnmarked();
  }

  stop(): void {
    this.#isStopped = true;
    this.#rest();
  }

  #start(): void {
    try {
      this.#watch = this.#firewall.watch();
    } catch (error) {
      this.#warnOnce(`Changes of the host's firewall cannot be heard of: ${errorMessage(error)}`);
      this.#watch = { haveCome: () => false, close: () => undefined };
    }
    this.#timer = setInterval(() => this.#look(), LOOK_PERIOD_MS).unref();
    this.#refresh();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#watch?.close();
    this.#watch = undefined;
    this.#host = [];
    if (!this.#isStopped) this.#applyAll();
  }

  #look(): void {
    if (this.#watch?.haveCome() === true) this.#isOld = true;
    const rest = performance.now() - this.#listedAt;
    if (rest >= SILENT_PERIOD_MS && this.#firewall.isSilent()) this.#isOld = true;
    if (this.#isOld && !this.#isListing && rest >= this.#leastRest()) void this.#list();
  }

  /** At once after a first failure, then twice as long each time. */
  #leastRest(): number {
    if (this.#failures === 0) return LEAST_REST_MS;
    return this.#failures === 1 ? 0 : Math.min(LEAST_REST_MS * 2 ** (this.#failures - 2), LONGEST_REST_MS);
  }

  #refresh(): void {
    this.#isOld = true;
    if (!this.#isListing) void this.#list();
  }

  async #list(): Promise<void> {
    this.#isListing = true;
    this.#isOld = false;
    try {
      const found = translateFirewall(await this.#firewall.list());
      this.#failures = 0;
      if (this.#watch !== undefined) this.#take(found);
    } catch (error) {
      // nft gives up when the rules change under its hands; it may do better the next time.
      this.#isOld = true;
      this.#failures += 1;
      if (this.#failures > 1) this.#tellFailure(error);
    } finally {
      this.#isListing = false;
      this.#listedAt = performance.now();
    }
  }

  #tellFailure(error: unknown): void {
    this.#warnOnce(
      `The host's own mark rules are not followed: ${errorMessage(error)}; "marks" of a director.yaml can say the same`,
    );
    if (this.#watch !== undefined) this.#tellUnmarked();
  }

  #take({ rules, problems }: HostMarks): void {
    const before = this.#host.length;
    this.#host = rules;
    if (this.#applyAll() && (before > 0 || rules.length > 0))
      this.#log('info', `Firewall marks: ${rules.length} rules of the host's firewall are followed`);
    for (const { text, reason } of problems)
      this.#warnOnce(`A mark rule of the host's firewall has no effect here: ${text}: ${reason}`);
    this.#tellUnmarked();
  }

  /** True when the rules in force are others now. */
  #applyAll(): boolean {
    const all = [...this.#own, ...this.#host];
    const text = JSON.stringify(all);
    if (text === this.#applied) return false;
    this.#applied = text;
    this.#apply(all);
    return true;
  }

  #tellUnmarked(): void {
    const missed = new Set(unmarkedServices(this.#services, [...this.#own, ...this.#host]));
    for (const service of this.#services) {
      const sentence = describeUnmarked(service);
      // Said again when the rule comes and goes.
      if (missed.has(service)) this.#warnOnce(sentence);
      else this.#told.delete(sentence);
    }
  }

  #warnOnce(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#log('warn', message);
  }
}

/** The services that take packets by their mark. */
export function markServices(services: readonly VirtualServiceSnapshot[]): MarkService[] {
  return services.flatMap(({ mark, address }) =>
    mark === undefined ? [] : [{ mark, family: address.includes(':') ? 6 : 4 }],
  );
}
