/** How one attempt of a check ended, with what was seen in words. */
export type CheckResult =
  | {
      readonly ok: true;
      readonly reason: string;
      /** The attempt also told a weight. */
      readonly weight?: WeightNews;
      readonly agent?: AgentNews;
    }
  | { readonly ok: false; readonly reason: string };

/** `set`: this weight; `add`: so much more or less than configured; `share`: this part of the configured weight, 1 = all of it; `configured`: back to the file's. */
export type WeightNews =
  | { readonly type: 'set'; readonly weight: number }
  | { readonly type: 'add'; readonly amount: number }
  | { readonly type: 'share'; readonly share: number }
  | { readonly type: 'configured' };

/** What an agent on the server said (HAProxy's agent-check): absent fields leave things as they are. */
export interface AgentNews {
  readonly up?: boolean;
  readonly mode?: ServerMode;
}

/** `drain`: weight 0, connections go on. `maintenance`: out, whatever the checks say. */
export type ServerMode = 'ready' | 'drain' | 'maintenance';
