import type { RealServerConfiguration } from './configuration.ts';
import type { ServerMode, WeightNews } from './result.ts';

/** The largest weight that is ever given by a check: keepalived's IPVS_WEIGHT_MAX. */
const largestWeight = 65535;

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
  #news: WeightNews | undefined;

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

  learnWeight(news: WeightNews): void {
    this.#news = news.type === 'configured' ? undefined : news;
  }

  weight(server: RealServerConfiguration): number {
    if (this.choice.mode === 'drain') return 0;
    if (this.#weightOverride !== undefined) return this.#weightOverride;
    const news = this.#news ?? assumedNews(server);
    if (news?.type === 'set') return Math.min(news.weight, largestWeight);
    if (news?.type !== 'share' || server.weight === 0) return server.weight;
    // Rounding must not take a server out: only a share of 0 does.
    const least = news.share > 0 ? 1 : 0;
    return Math.min(Math.max(Math.round(server.weight * news.share), least), largestWeight);
  }
}

function assumedNews(server: RealServerConfiguration): WeightNews | undefined {
  const fedByLoad = server.checks.some(({ kind }) => kind === 'LOAD');
  return fedByLoad ? { type: 'share', share: loadScale } : undefined;
}
