import type { Frontend, FrontSide, Listen } from '../configuration.ts';
import type { Bind } from '../endpoints.ts';
import { FrontendCounters } from './counters.ts';
import { FrequencyCounter } from './frequency-counter.ts';
import type { StickEntries } from './stick-entries.ts';

/** One listening socket. */
export interface ListenerRuntime {
  readonly bind: Bind;
  /** Unique in the frontend, from 1. */
  readonly id: number;
  readonly name: string | undefined;
  /** Connections on it now. */
  current: number;
  readonly counters: FrontendCounters;
}

/** A frontend, or the front of a listen, as it is now. */
export class FrontendRuntime {
  readonly settings: Frontend | Listen;
  readonly id: number;
  readonly counters = new FrontendCounters();
  readonly connectionRate: FrequencyCounter;
  readonly sessionRate: FrequencyCounter;
  readonly requestRate: FrequencyCounter;
  readonly listeners: ListenerRuntime[] = [];
  /** Connections now. */
  current = 0;
  /** `disabled`: no socket; `paused`: `disable frontend`; `stopped`: for good, it may drain. */
  state: 'disabled' | 'open' | 'full' | 'paused' | 'stopped' = 'open';
  maxConnections: number;
  table: StickEntries | undefined;
  /** Lines that were logged for it (`%lc`); whoever writes them counts. */
  logged = 0;

  constructor(settings: Frontend | Listen, id: number, now: number) {
    this.settings = settings;
    this.id = id;
    this.maxConnections = settings.front.maxConnections;
    this.connectionRate = new FrequencyCounter(now);
    this.sessionRate = new FrequencyCounter(now);
    this.requestRate = new FrequencyCounter(now);
    if (settings.disabled) this.state = 'disabled';
  }

  get front(): FrontSide {
    return this.settings.front;
  }
}
