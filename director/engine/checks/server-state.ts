import type { RealServerConfiguration } from './configuration.ts';
import type { ServerMode, WeightNews } from './result.ts';

/** The largest weight that is ever given by a check: keepalived's IPVS_WEIGHT_LIMIT, the kernel's own. */
const largestWeight = 0x7fff_ffff;

/**
 * Weights fed by load are hundredths: a server with configured weight 1 can only be told from a busier one of weight 1 when
 * there is something below 1. An idle server has 100 times its configured weight.
 */
export const loadScale = 100;

export interface ModeChoice {
  readonly mode: ServerMode;
  /** Who wants it, and why. */
  readonly reason: string;
}

/**
 * What is wanted of one real server besides its checks: modes set by a person, a file of the maintenance directory or the agent on the
 * server, and weights. A person's word counts most, then the file, then the agent.
 */
export class ServerState {
  #operator: ModeChoice | undefined;
  #file: ModeChoice | undefined;
  #agent: ModeChoice | undefined;
  #weightOverride: number | undefined;
  /** What each check said last. */
  readonly #news = new Map<string, WeightNews>();

  get choice(): ModeChoice {
    return this.#operator ?? this.#file ?? this.#agent ?? { mode: 'ready', reason: '' };
  }

  /** `ready` takes the person's word back. */
  setOperatorMode(choice: ModeChoice): void {
    this.#operator = choice.mode === 'ready' ? undefined : choice;
  }

  setMaintenanceFile(name: string | undefined): void {
    this.#file =
      name === undefined ? undefined : { mode: 'maintenance', reason: `the maintenance directory has a file ${name}` };
  }

  setAgentMode(mode: ServerMode): void {
    this.#agent = mode === 'ready' ? undefined : { mode, reason: `the agent says ${mode}` };
  }

  /** undefined: the weight of file and checks again. */
  overrideWeight(weight: number | undefined): void {
    this.#weightOverride = weight;
  }

  /** `check` is a check's key. */
  learnWeight(check: string, news: WeightNews): void {
    if (news.type === 'configured') this.#news.delete(check);
    else this.#news.set(check, news);
  }

  /** A check that failed, or is no more, has nothing to say about the weight; how loaded a server was stays known. */
  forgetWeight(check: string, isGone = false): void {
    if (isGone || this.#news.get(check)?.type !== 'share') this.#news.delete(check);
  }

  weight(server: RealServerConfiguration): number {
    if (this.choice.mode === 'drain') return 0;
    if (this.#weightOverride !== undefined) return this.#weightOverride;
    const news = [...this.#news.values()];
    // keepalived's effective_weight: what several checks say is added up.
    const whole = news.reduce((sum, one) => sum + differenceOf(one, server), server.weight);
    const weight = Math.min(Math.max(whole, 0), largestWeight);
    const shares = news.flatMap((one) => (one.type === 'share' ? [one.share] : []));
    if (shares.length === 0) shares.push(assumedShare(server));
    const share = shares.reduce((product, one) => product * one, 1);
    if (weight === 0 || share === 1) return weight;
    // Rounding must not take a server out: only a share of 0 does.
    return Math.min(Math.max(Math.round(weight * share), share > 0 ? 1 : 0), largestWeight);
  }
}

function differenceOf(news: WeightNews, { weight }: RealServerConfiguration): number {
  if (news.type === 'set') return news.weight - weight;
  return news.type === 'add' ? news.amount : 0;
}

function assumedShare({ checks }: RealServerConfiguration): number {
  return checks.some(({ kind }) => kind === 'LOAD') ? loadScale : 1;
}
